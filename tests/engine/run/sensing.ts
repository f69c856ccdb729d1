import { define, type Exports, lender, type Sensing } from "engine";
import { memoryLedger } from "engine/testing";

/** What sensors need, on a ledger in memory whose clock tests turn. */
export function sensing(exports: Exports, begin = "2025-01-28T00:00:00Z") {
  const clock = { at: new Date(begin) };
  const ledger = memoryLedger({ now: () => clock.at });
  const o: Sensing = { definitions: define(exports), ledger, lender: lender(() => "") };
  return {
    ...o,
    ledger,
    clock,
    forward: (ms: number) => void (clock.at = new Date(clock.at.getTime() + ms)),
    keys: async () => (await ledger.runs({ limit: 100 })).map((r) => r.key).reverse(),
    reasons: async () => (await ledger.runs({ limit: 100 })).map((r) => r.reason).reverse(),
    cursor: async (name: string) => (await ledger.cursors(name)).find((c) => c.name === name),
  };
}

/** Waits until something holds; fails the test after ten seconds. */
export async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  for (let left = 1_000; left > 0; left--) {
    if (await holds()) return;
    await new Promise((r) => setTimeout(r, 10));
  }
  throw new Error("it never came to that");
}
