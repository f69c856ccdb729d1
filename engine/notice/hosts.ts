/** What machines tell of themselves, for whichever server looks. @module */
import type { Ledger } from "../ledger/ledger.ts";
import type { HostVitals, Used } from "./vitals.ts";

const CURSOR = "vitals:hosts";
/** Milliseconds after which a machine that says nothing is not judged any more. */
const SILENT_MS = 2 * 60_000;

type Kept = {
  readonly [host: string]: {
    readonly at: string;
    readonly memory: { readonly used: number; readonly most: number } | null;
    readonly disk: { readonly used: number; readonly most: number } | null;
  };
};

const plain = (of: Used | null) => of && { used: of.used, most: of.most };

/** Machines that told of themselves within the last two minutes. */
export async function hostsOf(
  ledger: Pick<Ledger, "cursors">,
  now: Date,
): Promise<readonly HostVitals[]> {
  const [found] = await ledger.cursors(CURSOR);
  return Object.entries((found?.value ?? {}) as Kept)
    .map(([host, kept]) => ({ ...kept, host, at: new Date(kept.at) }))
    .filter(({ at }) => now.getTime() - at.getTime() < SILENT_MS);
}

/** Tells of a machine; if another one tells at the same moment, the next time will do. */
export async function tellHost(
  ledger: Pick<Ledger, "cursors" | "advance">,
  { host, at, memory, disk }: HostVitals,
): Promise<void> {
  const [found] = await ledger.cursors(CURSOR);
  const others = (await hostsOf(ledger, at)).filter((h) => h.host !== host);
  const all = [...others, { host, at, memory, disk }].map((h) =>
    [h.host, { at: h.at.toISOString(), memory: plain(h.memory), disk: plain(h.disk) }] as const
  );
  await ledger.advance({
    name: CURSOR,
    revision: found?.revision ?? 0,
    value: Object.fromEntries(all),
    result: "measured",
    outcome: "skipped",
    submissions: [],
  });
}
