import type { JSX } from "hono/jsx/jsx-runtime";
import type { Partitions } from "../client.ts";
import { statusOrder } from "./status.tsx";
import { ago, count, statusWords } from "../words.ts";

type Partition = Partitions["partitions"][number];

interface StripProps {
  readonly view: Partitions;
  readonly kind: string;
  readonly now: Date;
}

/** Partitions as one widget: a listbox that is walked by arrow keys, and a table for reading. */
export function PartitionStrip({ view, kind, now }: StripProps): JSX.Element | null {
  const { partitions, counts } = view;
  const first = partitions[0];
  const latest = partitions.at(-1);
  if (first === undefined || latest === undefined) return null;
  return (
    <div class="cardx">
      <div class="ch">
        <h2>Partitions</h2>
        <small class="dim">
          {kind}
          {statusOrder.filter((status) => counts[status] > 0).map((status) => (
            <>
              {" · "}
              <b class={`t-${status}`}>{count(counts[status])} {word(status)}</b>
            </>
          ))}
        </small>
      </div>
      <ul
        class="parts"
        role="listbox"
        tabindex={0}
        id="parts"
        aria-label={`Partitions ${first.key} to ${latest.key}, left and right arrow to walk`}
        aria-activedescendant={`part-${latest.key}`}
      >
        {partitions.map((partition) => (
          <li
            role="option"
            id={`part-${partition.key}`}
            class={partition.status}
            data-key={partition.key}
            data-say={say(partition, now)}
            data-run={partition.run}
            aria-selected={partition === latest ? "true" : "false"}
            aria-label={say(partition, now)}
            title={say(partition, now)}
          >
            <i />
          </li>
        ))}
      </ul>
      <div class="fax">
        <span>{first.key}</span>
        <span id="part-chosen" aria-live="polite">{say(latest, now)}</span>
        <span>{latest.key}</span>
      </div>
      <PartitionTable partitions={partitions} now={now} />
    </div>
  );
}

function PartitionTable(
  { partitions, now }: { readonly partitions: readonly Partition[]; readonly now: Date },
): JSX.Element {
  return (
    <details class="more" id="part-table">
      <summary>As a table</summary>
      <div class="scroll tall" role="region" aria-label="Partitions" tabindex={0}>
        <table>
          <thead>
            <tr>
              <th>Partition</th>
              <th>Status</th>
              <th>Run</th>
              <th class="n">Built</th>
            </tr>
          </thead>
          <tbody>
            {partitions.toReversed().map((partition) => (
              <tr>
                <td>{partition.key}</td>
                <td>{statusWords[partition.status]}</td>
                <td>
                  {partition.run === null
                    ? "—"
                    : (
                      <a href={`/runs/${encodeURIComponent(partition.run)}`}>
                        <code>{partition.run}</code>
                      </a>
                    )}
                </td>
                <td class="n">{ago(partition.at, now)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

function say(partition: Partition, now: Date): string {
  const built = partition.at === null ? "" : `, ${ago(partition.at, now)}`;
  return `${partition.key}: ${statusWords[partition.status]}${built}`;
}

function word(status: string): string {
  return (statusWords[status] ?? status).toLowerCase();
}
