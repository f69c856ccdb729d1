/**
 * Which versions a step has to read, so that it is run again with the inputs of a run before.
 *
 * @module
 */
import { UnknownName } from "../declare/errors.ts";
import type { Definitions } from "../graph/define.ts";
import type {
  InputRecord,
  MaterializationRecord,
  Pin,
  RunRecord,
  StepRecord,
} from "../ledger/records.ts";
import { chosen, keyOf, type Reading, readings, sliceText } from "./inputs.ts";

/** A version as a pin names it. */
export type Pinned = Pick<MaterializationRecord, "version" | "dataVersion">;

/** What is known of the run before. */
export interface PinFacts {
  /** What is declared. */
  readonly definitions: Definitions;
  /** The run. */
  readonly run: RunRecord;
  /** All its steps. */
  readonly steps: readonly StepRecord[];
  /** Places of the steps that are run again. */
  readonly again: ReadonlySet<number>;
  /** What a step that succeeded read. */
  read(step: StepRecord): readonly InputRecord[] | undefined;
  /** The version of a slice that was visible at an instant. */
  visibleAt(asset: string, partition: string, at: Date): Pinned | undefined;
}

/** The end of the millisecond of an instant: ledgers know finer instants than a date does. */
export const endOf = (at: Date): Date => new Date(at.getTime() + 1);

/** The moment at which a step read its inputs, or would have. */
export const readAt = (step: StepRecord, run: RunRecord): Date =>
  endOf(step.startedAt ?? run.endedAt ?? run.createdAt);

/** The slices that a step names, in which one of them may be among those that it read. */
export function candidates(
  { definitions, run }: Pick<PinFacts, "definitions" | "run">,
  step: StepRecord,
): readonly Reading[] {
  const asset = definitions.asset(step.asset);
  const found = keyOf(asset, step.partition);
  if (!found) throw new UnknownName(`slice of "${step.asset}"`, step.partition, undefined);
  return readings(asset, found.key, readAt(step, run)).filter((r) => r.as !== "order");
}

/**
 * The inputs of a step as they were: those that it is remembered to have read, or the versions that were visible when
 * its last attempt began. What the same run makes again is read from there.
 *
 * @throws {RangeError} If an input had no version then.
 */
export function pinsOf(facts: PinFacts, step: StepRecord): readonly Pin[] {
  const made = new Set(
    facts.steps.filter((_, i) => facts.again.has(i)).map((s) => `${s.asset}\n${s.partition}`),
  );
  const records = facts.read(step);
  return candidates(facts, step).flatMap((reading) => {
    const { input, up: { name: asset } } = reading;
    const isMade = (partition: string) => made.has(`${asset}\n${partition}`);
    const known = new Map(
      records?.filter((r) => r.input === input).map((r) => [r.partition, r]) ?? [],
    );
    const versionOf = (p: string) => records ? known.get(p) : versionThen(facts, step, asset, p);
    const read = chosen(reading, (p) => isMade(p) || versionOf(p) !== undefined);
    refuseNothing(step, reading, read);
    return read.map((partition): Pin => {
      if (isMade(partition)) return { input, asset, partition, version: null, dataVersion: null };
      const { version, dataVersion } = versionOf(partition)!;
      return { input, asset, partition, version: String(version), dataVersion };
    });
  });
}

/** What a step that never began would have read of its own run it reads first. */
function versionThen(facts: PinFacts, step: StepRecord, asset: string, partition: string) {
  const seen = facts.visibleAt(asset, partition, readAt(step, facts.run));
  if (step.startedAt !== null) return seen;
  const own = facts.steps.find((s) => s.asset === asset && s.partition === partition);
  const end = own?.state === "success" ? own.endedAt : null;
  return (end && facts.visibleAt(asset, partition, endOf(end))) ?? seen;
}

function refuseNothing(step: StepRecord, reading: Reading, read: readonly string[]): void {
  const needsOne = reading.as === "one" || reading.as === "newest";
  if (!needsOne || read.length > 0) return;
  throw new RangeError(
    `Cannot run ${sliceText(step.asset, step.partition)} again with the same inputs: ` +
      `"${reading.up.name}" had no version that it could have read then`,
  );
}
