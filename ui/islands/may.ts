/// <reference lib="dom" />
// Buttons for what a role does not allow cannot be pressed, and say why. The API refuses it anyway.
import { all } from "./dom.ts";

/** What a button needs, by what it looks like. */
const NEEDS: readonly (readonly [permission: string, selector: string])[] = [
  [
    "trigger",
    "[data-materialize] [type=submit],[data-materialize-one],[data-fill],[data-trigger],[data-run-plan]," +
    "[data-backfill-action=resume],#mat",
  ],
  ["cancel", "[data-run-action=cancel],[data-backfill-action=pause],[data-backfill-action=cancel]"],
  ["retry", "[data-run-action=retry],[data-rerun] [type=submit]"],
  [
    "operate",
    "[data-switch],[data-pool] button,[data-alert-ack],[data-alert-test],[data-silence] button,[data-unsilence]",
  ],
];

/** Keeps the buttons of this page as `may` says, also those that come later. */
export function restrict(may: readonly string[]): void {
  const lacking = NEEDS.filter(([permission]) => !may.includes(permission));
  if (lacking.length === 0) return;
  const close = () => {
    for (const [permission, selector] of lacking) {
      for (const button of all(selector) as HTMLButtonElement[]) {
        if (button.disabled) continue;
        button.disabled = true;
        button.title = `No role of yours allows "${permission}"`;
      }
    }
  };
  close();
  const watched = { childList: true, subtree: true, attributeFilter: ["disabled"] };
  new MutationObserver(close).observe(document.body, watched);
}
