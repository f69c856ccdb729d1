/**
 * What is remembered, put into the ledger of a simulation.
 *
 * @module
 */
import { submissionOf } from "../../decide/submission.ts";
import { keyOf } from "../../decide/inputs.ts";
import type { Definitions } from "../../graph/define.ts";
import type { Ledger } from "../../ledger/ledger.ts";
import type { SliceState } from "../../ledger/records.ts";

/** A clock that is moved by hand. */
export interface Clock {
  /** Milliseconds since 1970. */
  at: number;
}

/** Builds every visible slice again as it was, at its own time; slices whose rule is gone are left out. */
export async function recall(
  { definitions, ledger, clock, past }: {
    readonly definitions: Definitions;
    readonly ledger: Ledger;
    readonly clock: Clock;
    readonly past: readonly SliceState[];
  },
): Promise<void> {
  const known = new Map(definitions.assets.map((a) => [a.name, a]));
  const made = past.map((s) => s.visible)
    .filter((v) => v !== null)
    .toSorted((a, b) => a.version < b.version ? -1 : 1);
  const queues = [...new Set(definitions.assets.map((a) => a.queue))];
  const worker = await ledger.join({ host: "simulation", pid: 1, queues, slots: 1 });
  const asking = { trigger: "api", by: null, reason: "it was built before" } as const;
  for (const version of made) {
    const asset = known.get(version.asset);
    const found = asset && keyOf(asset, version.partition);
    if (!found) continue;
    clock.at = version.at.getTime() - version.durationMs;
    const { partition } = version;
    const target = { asset, key: found.key, partition, reason: asking.reason };
    await ledger.submit(submissionOf(definitions, [target], asking, new Date(clock.at)));
    const [claimed] = await ledger.claim({ worker, queues, room: 1 });
    clock.at = version.at.getTime();
    const { code, config, dataVersion, inputs, metadata } = version;
    const result = { code, config, dataVersion, inputs, metadata, value: null };
    const { run, step, attempt } = claimed!;
    const whole = { ...result, checks: [], events: [] };
    const outcome = { run, step, attempt, state: "success", result: whole } as const;
    await ledger.finish([outcome], { worker, queues, room: 0 });
  }
  await ledger.leave(worker);
}
