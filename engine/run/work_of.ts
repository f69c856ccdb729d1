/**
 * What the code of an attempt is given, and what it gives besides its value.
 *
 * @module
 */
import type { Asset, Emitted, Erased, Metadata } from "../declare/asset.ts";
import type { PartitionKey } from "../declare/partitions.ts";
import type { Claimed, InputRecord } from "../ledger/records.ts";
import type { Bench } from "./bench.ts";
import { gather } from "./gather.ts";
import type { StepLog } from "./step_log.ts";

/** One computation: of one step, or of all steps of a family. */
export interface Work {
  /** The step that began it: under its version things are written. */
  readonly claimed: Claimed;
  /** Inputs and context. */
  readonly args: Pick<Erased, "inputs" | "context">;
  /** Which versions the inputs are. */
  readonly records: readonly InputRecord[];
  /** What was handed to the outbox. */
  readonly events: readonly Emitted[];
  /** What was reported, so far. */
  readonly reported: { readonly metadata: Metadata };
}

/** Reads the inputs of a step and opens what it borrows. */
export async function workOf(
  bench: Bench,
  asset: Asset,
  key: PartitionKey,
  o: { readonly claimed: Claimed; readonly log: StepLog; readonly signal: AbortSignal },
): Promise<Work> {
  const { claimed, log, signal } = o;
  const { inputs, records } = await gather(bench, asset, key, claimed);
  const events: Emitted[] = [];
  const reported: { metadata: Metadata } = { metadata: {} };
  const context = {
    resources: await bench.lender.lend(asset.resources),
    version: claimed.version,
    now: claimed.startedAt,
    signal,
    log: (
      message: string,
      fields?: Metadata,
      level: "debug" | "info" | "warn" | "error" = "info",
    ) => log.write(level, message, fields),
    report: (more: Metadata) => void (reported.metadata = { ...reported.metadata, ...more }),
    emit: (event: Emitted) => void events.push(event),
    partition: key,
  };
  return { claimed, args: { inputs, context }, records, events, reported };
}
