import type { JSX } from "hono/jsx/jsx-runtime";
import type { Alert } from "../client.ts";
import { ago } from "../words.ts";
import { assetHref, runHref } from "./status.tsx";

interface AlertListProps {
  readonly alerts: readonly Alert[];
  readonly now: Date;
  /** What to say if there are none. */
  readonly none: string;
  /** Whether people can act here, and see what each channel was told. */
  readonly full?: boolean;
}

/** Episodes of something being wrong. */
export function AlertList({ alerts, now, none, full = false }: AlertListProps): JSX.Element {
  if (alerts.length === 0) return <p class="dim">{none}</p>;
  return (
    <ul class="checks">
      {alerts.map((alert) => (
        <li id={`alert-${alert.id}`}>
          <i class={look(alert)} />
          <div>
            {alert.asset === null
              ? <b>{alert.title}</b>
              : <a href={assetHref(alert.asset)}>{alert.title}</a>}
            <em>{alert.severity}</em>
            <p>{alert.message}</p>
            <small>
              {alert.resolvedAt === null
                ? `open for ${ago(alert.openedAt, now).replace(" ago", "")}`
                : `resolved ${ago(alert.resolvedAt, now)}`} · told by {alert.sentTo.join(", ")}
              {alert.run !== null && (
                <>
                  {" · "}
                  <a href={runHref(alert.run)}>run {alert.run}</a>
                </>
              )}
              {" · "}
              <a href={`/runbook#${alert.kind}`}>what to do</a>
            </small>
            <Care alert={alert} now={now} />
            {full && <Failing alert={alert} />}
            {full && alert.resolvedAt === null && alert.kind !== "test" && (
              <Actions
                alert={alert}
              />
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}

/** Who looks after it, and whether anybody is told. */
function Care({ alert, now }: { readonly alert: Alert; readonly now: Date }): JSX.Element {
  const { acknowledged, silence } = alert;
  return (
    <>
      {acknowledged !== null && (
        <small class="care">
          acknowledged by {acknowledged.by} {ago(acknowledged.at, now)}
          {acknowledged.note === "" ? "" : `: ${acknowledged.note}`}
        </small>
      )}
      {silence !== null && <small class="care">Nobody is told: silence {silence}</small>}
    </>
  );
}

/** Channels that could not be told. */
function Failing({ alert }: { readonly alert: Alert }): JSX.Element {
  const phase = alert.resolvedAt === null ? "open" : "resolved";
  const failing = alert.deliveries.filter((d) => d.failures > 0 && d.phase === phase);
  return (
    <>
      {failing.map((d) => (
        <small class="care failing">
          {d.channel} failed {d.failures === 1 ? "once" : `${d.failures} times`}
          {d.nextAt === null ? "" : (
            <>
              , next try at <time datetime={d.nextAt}>{d.nextAt.slice(11, 19)} UTC</time>
            </>
          )}: {d.error}
        </small>
      ))}
    </>
  );
}

const LENGTHS = [["1h", "1 hour"], ["4h", "4 hours"], ["1d", "1 day"], ["7d", "1 week"]] as const;

function Actions({ alert }: { readonly alert: Alert }): JSX.Element {
  return (
    <div class="acts">
      {alert.acknowledged === null && (
        <button
          type="button"
          class="btn sm"
          data-alert-ack={alert.id}
          aria-label={`Acknowledge: ${alert.title}`}
        >
          Acknowledge
        </button>
      )}
      {alert.silence === null && (
        <details>
          <summary class="btn sm" aria-label={`Silence: ${alert.title}`}>Silence…</summary>
          <form class="inline" data-silence={alert.episode}>
            <label>
              <span class="vh">For how long</span>
              <select name="for">
                {LENGTHS.map(([value, text]) => <option value={value}>{text}</option>)}
              </select>
            </label>
            <label>
              <span class="vh">Why</span>
              <input name="reason" required maxlength={500} placeholder="Why, for the others" />
            </label>
            <button type="submit" class="btn sm primary">Silence</button>
          </form>
        </details>
      )}
    </div>
  );
}

function look(alert: Alert): string {
  if (alert.resolvedAt !== null) return "fresh";
  return alert.severity === "warning" ? "stale" : "failed";
}
