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
      "[data-alert-ack],[data-alert-test],[data-unsilence]",
    );
    if (button !== null) void press(button).then(refresh);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (form.dataset.silence === undefined) return;
    event.preventDefault();
    void silence(form, form.dataset.silence).then(refresh);
  });
}

async function press({ dataset }: HTMLElement): Promise<void> {
  const { alertAck, alertTest, unsilence } = dataset;
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
