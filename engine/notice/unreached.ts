/** Which channels of alerts cannot be reached. @module */
import type { AlertChannel } from "./channel.ts";
import type { Telling } from "./telling.ts";

/** A channel that cannot be reached. */
export interface Unreached {
  readonly channel: string;
  /** Notices that wait. */
  readonly waiting: number;
  /** Most tries in a row that failed for one of them. */
  readonly failures: number;
}

/** Tries in a row before people are told by the other channels: one alone is the network. */
const FAILURES = 2;

/** Channels that failed twice in a row with a notice that they still have to get. */
export function unreachedOf(
  undelivered: ReadonlyMap<Pick<AlertChannel, "name">, readonly Telling[]>,
): readonly Unreached[] {
  return [...undelivered].flatMap(([{ name }, tellings]) => {
    const failures = Math.max(0, ...tellings.map((t) => t.failures));
    return failures < FAILURES ? [] : [{ channel: name, waiting: tellings.length, failures }];
  });
}
