import type { JSX } from "hono/jsx/jsx-runtime";
import type { Alert, AlertRule, Silence } from "../client.ts";
import { AlertRules } from "../parts/alert_rules.tsx";
import { AlertList } from "../parts/alerts.tsx";
import { Page, type Shell } from "../parts/page.tsx";

interface AlertsProps {
  readonly shell: Shell;
  readonly alerts: readonly Alert[];
  readonly silences: readonly Silence[];
  readonly rules: readonly AlertRule[];
}

/** What is wrong, and what was; who looks after it, and what nobody is told. */
export function Alerts({ shell, alerts, silences, rules }: AlertsProps): JSX.Element {
  const open = alerts.filter((alert) => alert.resolvedAt === null);
  const resolved = alerts.filter((alert) => alert.resolvedAt !== null);
  return (
    <Page shell={shell} title="Alerts" at="Alerts" refresh="alert">
      <div class="page">
        <div data-region="alerts">
          <header class="ah">
            <h1>Alerts</h1>
            <span class="grow" />
            <button type="button" class="btn" data-alert-test="">Send a test</button>
          </header>
          <section class="cardx spaced">
            <div class="ch">
              <h2>Open</h2>
              <small class="dim">{open.length}</small>
            </div>
            <AlertList alerts={open} now={shell.now} none="Nothing is wrong" full />
          </section>
          {silences.length > 0 && (
            <section class="cardx spaced">
              <div class="ch">
                <h2>Silences</h2>
                <small class="dim">{silences.filter((s) => s.active).length}</small>
              </div>
              <SilenceList silences={silences} />
            </section>
          )}
          <section class="cardx spaced">
            <div class="ch">
              <h2>Resolved</h2>
              <small class="dim">{resolved.length}</small>
            </div>
            <AlertList alerts={resolved} now={shell.now} none="None yet" full />
          </section>
        </div>
        <section class="cardx" id="rules" data-region="rules">
          <div class="ch">
            <h2>Rules</h2>
            <small class="dim">what is set here wins over the environment</small>
          </div>
          <AlertRules rules={rules} />
        </section>
      </div>
    </Page>
  );
}

function SilenceList({ silences }: Pick<AlertsProps, "silences">): JSX.Element {
  return (
    <ul class="checks">
      {silences.map((s) => (
        <li id={`silence-${s.id}`}>
          <i class={s.active ? "stale" : "fresh"} />
          <div>
            <b>{Object.entries(s.matcher).map(([name, value]) => `${name} ${value}`).join(", ")}</b>
            <p>{s.reason}</p>
            <small>
              by {s.by} · {s.endedBy === null ? "until" : `ended by ${s.endedBy} at`}{" "}
              <time datetime={s.until}>{s.until.slice(0, 16).replace("T", " ")} UTC</time>
            </small>
            {s.active && (
              <div class="acts">
                <button
                  type="button"
                  class="btn sm"
                  data-unsilence={s.id}
                  aria-label={`End silence ${s.id}`}
                >
                  End it
                </button>
              </div>
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}
