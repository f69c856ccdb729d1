import type { JSX } from "hono/jsx/jsx-runtime";
import type { Alert } from "../client.ts";
import { ago } from "../words.ts";
import { assetHref, runHref } from "./status.tsx";

interface AlertListProps {
  readonly alerts: readonly Alert[];
  readonly now: Date;
  /** What to say if there are none. */
  readonly none: string;
}

/** Episodes of something being wrong. */
export function AlertList({ alerts, now, none }: AlertListProps): JSX.Element {
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
            </small>
          </div>
        </li>
      ))}
    </ul>
  );
}

function look(alert: Alert): string {
  if (alert.resolvedAt !== null) return "fresh";
  return alert.severity === "warning" ? "stale" : "failed";
}
