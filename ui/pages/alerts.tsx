import type { JSX } from "hono/jsx/jsx-runtime";
import type { Alert } from "../client.ts";
import { AlertList } from "../parts/alerts.tsx";
import { Page, type Shell } from "../parts/page.tsx";

/** What is wrong, and what was. */
export function Alerts(
  { shell, alerts }: { readonly shell: Shell; readonly alerts: readonly Alert[] },
): JSX.Element {
  const open = alerts.filter((alert) => alert.resolvedAt === null);
  const resolved = alerts.filter((alert) => alert.resolvedAt !== null);
  return (
    <Page shell={shell} title="Alerts" at="Alerts" refresh="alert">
      <div class="page" data-region="alerts">
        <header class="ah">
          <h1>Alerts</h1>
        </header>
        <section class="cardx spaced">
          <div class="ch">
            <h2>Open</h2>
            <small class="dim">{open.length}</small>
          </div>
          <AlertList alerts={open} now={shell.now} none="Nothing is wrong" />
        </section>
        <section class="cardx">
          <div class="ch">
            <h2>Resolved</h2>
            <small class="dim">{resolved.length}</small>
          </div>
          <AlertList alerts={resolved} now={shell.now} none="None yet" />
        </section>
      </div>
    </Page>
  );
}
