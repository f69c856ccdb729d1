/// <reference lib="dom" />
import { post, toast } from "./act.ts";

const BY = "a person on the page";

interface Told {
  readonly id: string;
  readonly title: string;
}

/** Buttons and forms of the alerts page; `refresh` reads the page again. */
export function listenForAlerts(refresh: () => void): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as HTMLElement).closest<HTMLElement>(
      "[data-alert-ack],[data-alert-test],[data-unsilence],[data-alert-rule-unset]",
    );
    if (button !== null) void press(button).then(refresh);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    const { silence: episode, alertRule } = form.dataset;
    if (episode === undefined && alertRule === undefined) return;
    event.preventDefault();
    if (episode !== undefined) void silence(form, episode).then(refresh);
    if (alertRule !== undefined) {
      void setRule(alertRule, String(new FormData(form).get("value"))).then(refresh);
    }
  });
}

async function press({ dataset }: HTMLElement): Promise<void> {
  const { alertAck, alertTest, unsilence, alertRuleUnset } = dataset;
  if (alertRuleUnset !== undefined) await setRule(alertRuleUnset, null);
  if (alertAck !== undefined) {
    const path = `/api/v1/alerts/${encodeURIComponent(alertAck)}/acknowledge`;
    const alert = await post<Told>(path, { by: BY });
    if (alert) toast(`You look after: ${alert.title}`);
  }
  if (alertTest !== undefined) {
    const alert = await post<Told>("/api/v1/alerts/test", { by: BY });
    if (alert) toast("A test is on its way; the list says who was told of it");
  }
  if (unsilence !== undefined) {
    const path = `/api/v1/silences/${encodeURIComponent(unsilence)}/end`;
    const ended = await post<Told>(path, { by: BY });
    if (ended) toast(`Silence ${ended.id} is over`);
  }
}

interface Rule {
  readonly value: string;
}

async function setRule(name: string, value: string | null): Promise<void> {
  const path = `/api/v1/alert-rules/${encodeURIComponent(name)}`;
  const rule = await post<Rule>(path, { value, by: BY });
  if (rule) toast(`${name} is ${rule.value} on all servers`);
}

async function silence(form: HTMLFormElement, episode: string): Promise<void> {
  const data = new FormData(form);
  const made = await post<Told>("/api/v1/silences", {
    matcher: { episode },
    for: String(data.get("for")),
    reason: String(data.get("reason")),
    by: BY,
  });
  if (made) toast(`Nobody is told of it for ${data.get("for")}`);
}
