import type { JSX } from "hono/jsx/jsx-runtime";
import type { Events as EventsData } from "../client.ts";
import { Page, type Shell } from "../parts/page.tsx";
import { runHref } from "../parts/status.tsx";
import { ago, count } from "../words.ts";

interface EventsProps {
  readonly shell: Shell;
  readonly events: EventsData;
  readonly topic: string | undefined;
  /** Whether a broker takes them. */
  readonly relayed: boolean;
}

/** What was told to others: the outbox. */
export function Events({ shell, events, topic, relayed }: EventsProps): JSX.Element {
  return (
    <Page shell={shell} title="Events" at="Events" refresh="run">
      <div class="page" data-region="events">
        <header class="ah">
          <h1>Events</h1>
          <nav class="legend" aria-label="Topics">
            <a class="chip" href="/outbox" aria-current={topic === undefined ? "true" : undefined}>
              All
            </a>
            {events.topics.map((one) => (
              <a
                class="chip"
                href={`/outbox?topic=${encodeURIComponent(one.topic)}`}
                aria-current={topic === one.topic ? "true" : undefined}
              >
                {one.topic} <b>{count(one.count)}</b>
              </a>
            ))}
          </nav>
        </header>
        <p class="dim lead">
          {relayed
            ? "Written with the data, sent to Kafka in order per key."
            : "Written with the data; kept here, since no broker is configured."}
        </p>
        <div class="cardx">
          {events.events.length === 0 && <p class="dim">No event yet</p>}
          <div class="scroll" role="region" aria-label="Events" tabindex={0}>
            <table hidden={events.events.length === 0}>
              <thead>
                <tr>
                  <th>Event</th>
                  <th>Topic</th>
                  <th>Key</th>
                  <th>Run</th>
                  <th>Sent</th>
                  <th class="n">When</th>
                  <th>Payload</th>
                </tr>
              </thead>
              <tbody>
                {events.events.map((event) => (
                  <EventRow event={event} relayed={relayed} now={shell.now} />
                ))}
              </tbody>
            </table>
          </div>
        </div>
      </div>
    </Page>
  );
}

function standing(event: EventsData["events"][number], relayed: boolean): string {
  if (event.sentAt !== null) return "sent";
  if (event.refusedAt !== null) return `refused: ${event.refusedReason}`;
  return relayed ? "waiting" : "kept";
}

interface EventRowProps {
  readonly event: EventsData["events"][number];
  readonly relayed: boolean;
  readonly now: Date;
}

function EventRow({ event, relayed, now }: EventRowProps): JSX.Element {
  return (
    <tr>
      <td>
        <code title={event.eventId}>{event.id}</code>
      </td>
      <td>{event.topic}</td>
      <td>{event.key ?? "—"}</td>
      <td>
        {event.run === null ? "—" : (
          <a href={runHref(event.run)}>
            <code>{event.run}</code>
          </a>
        )}
      </td>
      <td>{standing(event, relayed)}</td>
      <td class="n nowrap">{ago(event.createdAt, now)}</td>
      <td>
        <details>
          <summary>v{event.schemaVersion}</summary>
          <pre tabindex={0}>{JSON.stringify(event.payload, null, 2)}</pre>
        </details>
      </td>
    </tr>
  );
}
