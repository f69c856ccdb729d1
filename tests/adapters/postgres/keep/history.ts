/** A ledger with a past, for tests that clean or check it. @module */
import type { Ledger, PlannedStep, Result, Submission } from "engine";
import { keepFromEnv } from "../../../../adapters/postgres/keep/rules.ts";
import { plan, result, step } from "../../../../engine/ledger/contract/subject.ts";

/** The rules without any setting. */
export const RULES = keepFromEnv(() => undefined);

/** A run; what is not given is plain. */
export const runOf = (
  steps: readonly Partial<PlannedStep>[],
  more: Partial<Submission> = {},
): Submission => plan(steps.map((s) => step(s.asset ?? "a", s)), more);

/** A result; what is not given is plain. */
export const resultOf = result;

/** Computes a version of an asset; gives it and its run. */
export async function made(
  ledger: Ledger,
  worker: string,
  asset: string,
  more: Partial<Result> = {},
): Promise<{ readonly run: string; readonly version: string }> {
  const { run } = await ledger.submit(runOf([{ asset }]));
  const ask = { worker, queues: ["default"], room: 1 };
  const [c] = await ledger.claim(ask);
  await ledger.finish(
    [{ run, step: c!.step, attempt: c!.attempt, state: "success", result: resultOf(more) }],
    { ...ask, room: 0 },
  );
  return { run, version: String(c!.version) };
}

/** What a version was made from. */
export const from = (asset: string, version: string) => ({
  input: asset,
  asset,
  partition: "",
  version,
  dataVersion: "1",
});
