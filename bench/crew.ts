/**
 * Worker processes, and the runs that they work on.
 *
 * @module
 */
import { keyText, type Ledger, submissionOf, type Submitted, type Target } from "engine";
import { openLedger } from "../adapters/postgres/ledger/ledger.ts";
import { type Child, child } from "./child.ts";
import { type Place, place } from "./place.ts";
import { project } from "./project.ts";

/** Steps that each worker takes at once. */
export const SLOTS = 16;

/** A ledger on a fresh database and workers on it. */
export interface Crew extends AsyncDisposable, Place {
  /** Where the work is given. */
  readonly ledger: Ledger;
  /** The processes. */
  readonly workers: readonly Child[];
}

/** Starts as many worker processes and waits until all have joined. */
export async function crew(workers: number, slots: number = SLOTS): Promise<Crew> {
  const stack = new AsyncDisposableStack();
  try {
    const { url, sql } = stack.use(await place());
    const ledger = stack.use(await openLedger(url));
    const children: Child[] = [];
    for (let i = 0; i < workers; i++) {
      children.push(stack.use(child("bench/worker.ts", [String(slots)], { DATABASE_URL: url })));
    }
    await Promise.all(children.map((c) => c.said((line) => line.startsWith('{"joined"'))));
    return {
      ledger,
      url,
      sql,
      workers: children,
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

/** The assets of the bench project whose names begin so. */
export function targetsOf(prefix: string): readonly Target[] {
  return project.assets.filter((a) => a.name.startsWith(prefix)).map((asset) => ({
    asset,
    key: "",
    partition: "",
    reason: "measured",
  }));
}

/** The first slices of an asset of the bench project. */
export function slicesOf(name: string, count: number, from = 0): readonly Target[] {
  const asset = project.asset(name);
  return Array.from({ length: count }, (_, i) => {
    const key = asset.partitions.keyAt(from + i);
    return { asset, key, partition: keyText(key), reason: "measured" };
  });
}

/** Submits a run of these slices. */
export function submit(ledger: Ledger, targets: readonly Target[]): Promise<Submitted> {
  const asking = { trigger: "cli", by: "bench", reason: "measured" } as const;
  return ledger.submit(submissionOf(project, targets, asking, new Date()));
}

/**
 * Submits a run of these assets and waits for it; seconds from its creation to its end, by the clock of the database.
 *
 * @throws {Error} If it does not succeed at the first attempt of every step.
 */
export async function timedRun(
  { ledger, sql }: Pick<Crew, "ledger" | "sql">,
  targets: readonly Target[],
): Promise<number> {
  const { run } = await submit(ledger, targets);
  for (;;) {
    // One row and seldom, since looking costs what is measured.
    const [row] = await sql<{ state: string; seconds: number | null }[]>`
      select state, extract(epoch from ended_at - created_at)::float8 as seconds
      from engine.run where id = ${run}::bigint`;
    if (row!.seconds === null) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      continue;
    }
    const steps = (await ledger.run(run))?.steps ?? [];
    if (row!.state !== "success" || steps.some((s) => s.attempts.length !== 1)) {
      throw new Error(`Cannot measure: run ${run} ended as "${row!.state}" or tried steps again`);
    }
    return row!.seconds;
  }
}
