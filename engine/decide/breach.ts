/**
 * Which promises of an asset are broken, each to be told of by itself.
 *
 * @module
 */
import type { Asset } from "../declare/asset.ts";
import type { Judgement } from "./judge.ts";
import { isToldApart, linesOf } from "./line.ts";
import {
  agePromise,
  agePromises,
  deadlinePromise,
  type LinePromise,
  type PromiseFacts,
} from "./promise.ts";

/** A promise that is broken. */
export interface Breach extends LinePromise {
  /** What was promised. */
  readonly of: "age" | "deadline";
}

/** The broken promises of an asset: of age and of deadline, line by line where it has no more than 20 of them. */
export function breaches(
  asset: Asset,
  judgement: Judgement,
  facts: PromiseFacts,
): readonly Breach[] {
  if (!asset.freshness && !asset.deadline) return [];
  const isEach = isToldApart(asset.partitions, judgement.now);
  const ages = isEach
    ? agePromises(asset, judgement, facts)
    : [{ ...agePromise(asset, judgement, facts), line: "" }];
  const whole = { ...deadlinePromise(asset, judgement, facts), line: "" };
  // What the code of a deadline names is of no line.
  const deadlines = whole.state !== "late" || !isEach || asset.deadline?.partition
    ? [whole]
    : linesOf(asset.partitions, judgement.now).map(({ name }) => ({
      ...deadlinePromise(asset, judgement, facts, name),
      line: name,
    }));
  const told = [
    ...ages.map((p) => ({ ...p, of: "age" as const })),
    ...deadlines.map((p) => ({ ...p, of: "deadline" as const })),
  ];
  return told.filter((p) => p.state === "late");
}
