/**
 * Who would do the work: living workers with the code of this program, or nobody but it.
 *
 * @module
 */
import { codeVersion, pause } from "engine";
import type { App } from "./app.ts";
import type { Io } from "./io.ts";

/** Milliseconds between two looks whether the workers are still there. */
const LOOK_MS = 1_000;

/** How many living workers have the same code, and how many have other code. */
async function crewOf({ ledger, definitions }: App): Promise<{ same: number; other: number }> {
  const mine = codeVersion(definitions);
  const workers = await ledger.workers();
  const same = workers.filter((w) => w.code === null || w.code === mine).length;
  return { same, other: workers.length - same };
}

/**
 * Works here until the signal aborts, as soon as no living worker has the same code. It looks again and again: a worker may
 * end, and that of another command does so when its own run is over.
 */
export async function workIfAlone(
  app: App,
  io: Pick<Io, "err">,
  until: AbortSignal,
): Promise<void> {
  while (!until.aborted) {
    const { same, other } = await crewOf(app);
    if (same > 0) {
      await pause(LOOK_MS, until);
      continue;
    }
    if (other > 0) io.err("The workers have other code than this: it is computed here");
    return await app.work(until);
  }
}

/** Says if nobody will take what was asked for. */
export async function warnIfAlone(app: App, io: Pick<Io, "err">): Promise<void> {
  const { same, other } = await crewOf(app);
  if (same > 0) return;
  io.err(
    other === 0
      ? "No worker is alive: start one by `deno task start`, or wait with --wait"
      : "The workers have other code than this: start them again, or wait with --wait",
  );
}
