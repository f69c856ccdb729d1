/**
 * Switching schedules, sensors and conditions off and on. Their cursors stay where they are.
 *
 * @module
 */
import type { Ledger } from "./ledger.ts";

/** What can be paused: `schedule:nightly`, `sensor:arrivals`, or the condition of an asset, `condition:features/online`. */
export type Pausable = `${"schedule" | "sensor" | "condition"}:${string}`;

const PREFIX = "pause:";

/** The names of what is paused, of those that begin so: `schedule:`, `sensor:`, `sensor:arrivals`. One query. */
export async function pausedOf(
  ledger: Pick<Ledger, "cursors">,
  prefix: string,
): Promise<ReadonlySet<string>> {
  const found = await ledger.cursors(PREFIX + prefix);
  const paused = found.filter((c) => (c.value as { readonly paused: boolean }).paused);
  return new Set(paused.map((c) => c.name.slice(PREFIX.length)));
}

/**
 * Pauses or resumes. The switch is remembered apart from the cursor of what it switches, so nothing that happens meanwhile
 * is lost or doubled. False if it stood so already.
 */
export async function setPaused(
  ledger: Pick<Ledger, "cursors" | "advance">,
  what: Pausable,
  to: { readonly paused: boolean; readonly by: string; readonly now: Date },
): Promise<boolean> {
  const name = PREFIX + what;
  const value = { paused: to.paused, by: to.by, at: to.now.toISOString() };
  const result = `${to.paused ? "paused" : "resumed"} by ${to.by}`;
  for (;;) {
    const found = (await ledger.cursors(name)).find((c) => c.name === name);
    const isPaused = (found?.value as { readonly paused: boolean } | undefined)?.paused ?? false;
    if (isPaused === to.paused) return false;
    const move = { name, revision: found?.revision ?? 0, value, result, submissions: [] };
    // Somebody else switched in between: looks again how it stands.
    if (await ledger.advance({ ...move, outcome: "skipped" })) return true;
  }
}
