/**
 * The one place where code of pipelines is called: a claimed step becomes an outcome.
 *
 * @module
 */
import type { Asset } from "../declare/asset.ts";
import type { Json } from "../declare/store.ts";
import { keyOf, sliceText } from "../decide/inputs.ts";
import { nextTry } from "../decide/retry.ts";
import { dataVersionOf, fingerprint } from "../graph/fingerprint.ts";
import type { CheckRecord, Claimed, Outcome, Result } from "../ledger/records.ts";
import { tracing } from "../ledger/tracing.ts";
import type { Bench } from "./bench.ts";
import { called } from "./called.ts";
import { ownDataVersion } from "./data_version.ts";
import { errorOf } from "./error_of.ts";
import { isIsolated } from "./isolate.ts";
import { maskedOutcome } from "./masked_outcome.ts";
import type { StepLog } from "./step_log.ts";
import { workOf } from "./work_of.ts";

/** A value longer than this belongs into a store, not into the ledger. */
const LONGEST_VALUE = 1_000_000;

/** Runs one step to its outcome; it never throws. */
export async function runStep(
  bench: Bench,
  claimed: Claimed,
  o: { readonly log: StepLog; readonly signal: AbortSignal },
): Promise<Outcome> {
  o.log.say("event", `Attempt ${claimed.attempt} started: ${claimed.reason}`);
  const work = async () => maskedOutcome(await outcomeOf(bench, claimed, o));
  const recorder = tracing();
  const outcome = recorder ? await recorder.step(claimed, work) : await work();
  o.log.say(...endOf(outcome));
  return outcome;
}

/** The last line of an attempt. */
function endOf(outcome: Outcome): Parameters<StepLog["say"]> {
  if (outcome.state === "success") {
    return ["event", "Materialized", outcome.result.metadata];
  }
  const { message, causes } = outcome.error;
  const again = outcome.state === "failed" && outcome.retryAt
    ? `; again at ${outcome.retryAt.toISOString()}`
    : "";
  const level = outcome.state === "failed" ? "error" : "event";
  return [level, [message, ...causes].join(": ") + again];
}

/** Holds the work of an asset to its time: what it is given aborts when it is to end. */
export type Within = <T>(
  asset: Asset,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
) => Promise<T>;

/**
 * The outcome of one attempt: in a process of its own if the asset declares a limit and there are such processes, else
 * here. It never throws.
 */
export async function outcomeOf(
  bench: Bench,
  claimed: Claimed,
  o: { readonly log: StepLog; readonly signal: AbortSignal; readonly within?: Within },
): Promise<Outcome> {
  const { run, step, attempt } = claimed;
  try {
    const asset = bench.definitions.asset(claimed.asset);
    if (bench.isolation && isIsolated(asset)) {
      return await bench.isolation.run(claimed, { asset, log: o.log, signal: o.signal });
    }
    const result = await (o.within ?? withinTime)(
      asset,
      o.signal,
      (signal) => compute(bench, claimed, asset, { ...o, signal }),
    );
    const failed = result.checks.find((c) => c.blocking && !c.passed);
    if (!failed) return { run, step, attempt, state: "success", result };
    const message =
      `Blocking check "${failed.check}" of ${
        sliceText(claimed.asset, claimed.partition)
      } failed: ` +
      `${failed.reason ?? "no reason given"}; the version before stays visible`;
    const error = { message, causes: [], stack: null };
    return { run, step, attempt, state: "failed", error, retryAt: null, withheld: result };
  } catch (thrown) {
    const error = errorOf(thrown);
    if (o.signal.aborted) return { run, step, attempt, state: "cancelled", error };
    const asset = bench.definitions.assets.find((a) => a.name === claimed.asset);
    const { failures } = claimed;
    const failed = { thrown, failures, now: bench.now(), random: () => bench.random() };
    const again = asset && nextTry(asset.retry, failed);
    const counts = again?.counts === false ? { counts: false } as const : {};
    return { run, step, attempt, state: "failed", error, retryAt: again?.at ?? null, ...counts };
  }
}

/**
 * Aborts when the asset's timeout has passed. There is no process to kill here: code that does not listen is left behind
 * and its result dropped.
 */
async function withinTime<T>(
  asset: Asset,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { timeout } = asset;
  const late = timeout === undefined ? undefined : AbortSignal.timeout(timeout);
  const both = late ? AbortSignal.any([signal, late]) : signal;
  const stopped = Promise.withResolvers<never>();
  const stop = () =>
    stopped.reject(
      signal.aborted ? signal.reason : new DOMException(
        `Cannot finish "${asset.name}": it took longer than its timeout of ${timeout} ms`,
        "TimeoutError",
      ),
    );
  if (both.aborted) stop();
  else both.addEventListener("abort", stop, { once: true });
  stopped.promise.catch(() => {});
  try {
    return await Promise.race([work(both), stopped.promise]);
  } finally {
    both.removeEventListener("abort", stop);
  }
}

async function compute(
  bench: Bench,
  claimed: Claimed,
  asset: Asset,
  o: { readonly log: StepLog; readonly signal: AbortSignal },
): Promise<Result> {
  const found = keyOf(asset, claimed.partition);
  if (!found) {
    throw new RangeError(
      `Cannot run ${where(claimed)}: ${asset.partitions.rule} has no such slice`,
    );
  }
  const work = await bench.families.meet(
    asset,
    claimed,
    () => workOf(bench, asset, found.key, { ...o, claimed }),
  );
  const isOwn = work.claimed === claimed;
  if (!isOwn) o.log.say("event", `Computed together with ${where(work.claimed)}`);
  const value = await called(
    `asset ${where(claimed)}`,
    () => o.log.capture(() => asset.run({ ...work.args, attempt: work.claimed })),
  );
  const checks = await verdicts(bench, asset, value, found.key, o.log);
  return {
    ...fingerprint(asset),
    inputs: work.records,
    metadata: work.reported.metadata,
    // They leave once, with the step that computed.
    events: isOwn ? work.events : [],
    checks,
    ...await kept(asset, claimed, value),
  };
}

const where = (c: Pick<Claimed, "asset" | "partition">) => sliceText(c.asset, c.partition);

async function kept(
  asset: Asset,
  { partition, version }: Claimed,
  value: unknown,
): Promise<Pick<Result, "value" | "dataVersion">> {
  const own = await ownDataVersion(asset, sliceText(asset.name, partition), value);
  if (asset.store) {
    const slot = { asset: asset.name, partition, version: String(version) };
    const bytes = await asset.store.write(slot, value as never);
    const handle = { store: asset.store.name, version: String(version), bytes };
    return { value: handle, dataVersion: own ?? String(version) };
  }
  const json = (value ?? null) as Json;
  const text = JSON.stringify(json) ?? "null";
  if (text.length > LONGEST_VALUE) {
    throw new RangeError(
      `Cannot keep the value of ${
        where({ asset: asset.name, partition })
      }: it is ${text.length} characters of JSON; ` +
        `above ${LONGEST_VALUE} declare a store or return a handle`,
    );
  }
  return { value: json, dataVersion: own ?? dataVersionOf(json) };
}

async function verdicts(
  bench: Bench,
  asset: Asset,
  value: unknown,
  partition: unknown,
  log: StepLog,
): Promise<CheckRecord[]> {
  const records: CheckRecord[] = [];
  for (const c of bench.definitions.checksOf(asset)) {
    const resources = await bench.lender.lend(c.resources);
    const said = await called(
      `check "${c.name}" of "${asset.name}"`,
      () => log.capture(() => c.run(value, { partition, resources })),
    );
    records.push({
      check: c.name,
      severity: said.severity ?? c.severity,
      blocking: c.blocking,
      passed: said.passed,
      reason: said.reason ?? null,
      metadata: said.metadata ?? {},
    });
    if (!said.passed) {
      log.write("warn", `Check "${c.name}" failed: ${said.reason ?? "no reason given"}`);
    }
  }
  return records;
}
