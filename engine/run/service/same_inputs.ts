/**
 * Fixing the inputs of steps to those of a run before.
 *
 * @module
 */
import { sliceText } from "../../decide/inputs.ts";
import { OBSERVED_INLINE } from "../../decide/judge.ts";
import { candidates, endOf, type PinFacts, pinsOf, readAt } from "../../decide/pins.ts";
import type {
  MaterializationRecord,
  Pin,
  PlannedStep,
  RunRecord,
  SliceKey,
  StepRecord,
  Submission,
} from "../../ledger/records.ts";
import { whyNot } from "../gather_pinned.ts";
import type { ServiceOptions } from "./ports.ts";

/** The run before, and what of it is run again. */
export interface Before {
  /** The run. */
  readonly run: RunRecord;
  /** All its steps. */
  readonly steps: readonly StepRecord[];
  /** Those that are run again. */
  readonly again: readonly StepRecord[];
}

/**
 * The submission with every step fixed to what it read in the run before.
 *
 * @throws {RangeError} If something of it cannot be read any more, in words.
 */
export async function withSameInputs(
  o: ServiceOptions,
  submission: Submission,
  before: Before,
): Promise<Submission> {
  const facts = await factsOf(o, before);
  const pins = new Map(before.again.map((s) => [textOf(s), pinsOf(facts, s)]));
  await refuseLost(o, before, pins);
  const steps = submission.steps.map((s): PlannedStep => ({
    ...s,
    pins: pins.get(textOf(s)) ?? [],
  }));
  return { ...submission, steps };
}

const textOf = (s: SliceKey) => `${s.asset}\n${s.partition}`;

async function factsOf(o: ServiceOptions, before: Before): Promise<PinFacts> {
  const { run, steps, again } = before;
  const { definitions, ledger } = o;
  const made = again.flatMap((s) => s.attempts.filter((a) => a.state === "success"));
  const results = await ledger.versions(made.map((a) => a.version));
  const read = new Map(results.map((m) => [m.step, m.inputs]));
  const moments = new Map<number, SliceKey[]>();
  const ask = (at: Date, keys: readonly SliceKey[]) =>
    moments.set(at.getTime(), [...(moments.get(at.getTime()) ?? []), ...keys]);
  for (const step of again.filter((s) => !read.has(s.step))) {
    const keys = candidates({ definitions, run }, step).flatMap((r) =>
      r.partitions.map((partition) => ({ asset: r.up.name, partition }))
    );
    ask(readAt(step, run), keys);
    if (step.startedAt !== null) continue;
    const named = new Set(keys.map(textOf));
    for (const own of steps) {
      if (own.endedAt && named.has(textOf(own))) ask(endOf(own.endedAt), [own]);
    }
  }
  const then = new Map<string, MaterializationRecord>();
  for (const [at, keys] of moments) {
    const found = await ledger.visibleAt(keys, new Date(at));
    for (const m of found) then.set(`${at}\n${textOf(m)}`, m);
  }
  return {
    definitions,
    run,
    steps,
    again: new Set(again.map((s) => s.step)),
    read: (step) => read.get(step.step),
    visibleAt: (asset, partition, at) =>
      then.get(`${at.getTime()}\n${textOf({ asset, partition })}`),
  };
}

/** Refuses at once what the steps would refuse later. */
async function refuseLost(
  { definitions, ledger }: ServiceOptions,
  { run, again }: Before,
  pins: ReadonlyMap<string, readonly Pin[]>,
): Promise<void> {
  const all = [...pins.values()].flat().filter((p) => p.version !== null);
  const [kept, shown] = await Promise.all([
    ledger.versions(all.map((p) => BigInt(p.version!))),
    ledger.visible(all),
  ]);
  const versions = new Map(kept.map((m) => [String(m.version), m]));
  const visible = new Map(shown.map((m) => [textOf(m), m]));
  for (const step of again) {
    for (const pin of pins.get(textOf(step)) ?? []) {
      // What was only looked at for that step is looked at again by the step.
      if (pin.version === null || pin.version === OBSERVED_INLINE) continue;
      const found = { read: versions.get(pin.version), shown: visible.get(textOf(pin)) };
      const why = whyNot(definitions.asset(pin.asset), pin, found);
      if (why === undefined) continue;
      throw new RangeError(
        `Cannot run ${
          sliceText(step.asset, step.partition)
        } of run ${run.id} again with the same inputs: ` +
          `${why}; run it with the newest ones`,
      );
    }
  }
}
