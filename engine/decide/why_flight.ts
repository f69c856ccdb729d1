/**
 * What a slice that is asked for waits for.
 *
 * @module
 */
import type { Asset } from "../declare/asset.ts";
import type { SliceState, StepRecord } from "../ledger/records.ts";
import { type FullPool, fullPools } from "./full_pools.ts";
import { sliceText } from "./inputs.ts";
import { instantText } from "./judge.ts";
import type { Explaining } from "./why.ts";
import { askedReason, type Flight, type Reason, reasonOf } from "./why_facts.ts";

/** Blockers that are told of; a step may need hundreds. */
const MOST_BLOCKERS = 5;

/** Why a slice that is asked for is not there yet. */
export function flightReason(e: Explaining, asset: Asset, state: SliceState): Reason {
  const flight = state.inFlight!;
  const found = e.run(flight.run);
  const step = found?.steps.find((s) => s.asset === asset.name && s.partition === state.partition);
  if (!found || !step) {
    const words = `${
      sliceText(asset.name, state.partition)
    } is ${flight.state} in run ${flight.run}`;
    const kind = flight.state === "running" ? "running" : "waiting";
    return reasonOf({ kind, words, asset: asset.name, run: flight.run });
  }
  const reason = stepReason(e, { ...found, step }, false);
  if (step.state !== "running") return reason;
  return { ...reason, because: [askedReason(found, step.reason), ...reason.because] };
}

const about = ({ run, step }: Flight) => ({
  asset: step.asset,
  partition: step.partition,
  run: run.id,
});

/** How a step stands; `above` if something else waits for it. */
function stepReason(e: Explaining, flight: Flight, above: boolean): Reason {
  const { run, step } = flight;
  const what = sliceText(step.asset, step.partition);
  if (step.state === "running") return runningReason(e, flight, above);
  if (run.state === "queued") {
    const words = `${what} waits with its run ${run.id}`;
    return reasonOf({ kind: "waiting", words, ...about(flight), because: [jobLimit(e, flight)] });
  }
  if (step.state === "waiting") {
    const open = step.needs.map((i) => flight.steps[i]!)
      .filter((s) => s.state === "running" || s.state === "queued" || s.state === "waiting")
      .sort((a, b) => NEARNESS[a.state]! - NEARNESS[b.state]!);
    // The first alone in depth: twenty layers with three inputs each would have three billion reasons.
    const because = open.slice(0, MOST_BLOCKERS).map((s, i) =>
      i === 0 ? stepReason(e, { ...flight, step: s }, true) : besideReason(run.id, s)
    );
    const words = `${what} waits in run ${run.id} for ${open.length} of its inputs`;
    return reasonOf({ kind: "waiting", words, ...about(flight), because });
  }
  const words = `${what} is queued in run ${run.id}`;
  return reasonOf({ kind: "queued", words, ...about(flight), because: queuedFor(e, flight) });
}

function besideReason(run: string, { asset, partition, state }: StepRecord): Reason {
  const words = `${sliceText(asset, partition)} is ${state} in run ${run} too`;
  const kind = state === "running" ? "upstream_running" : state === "queued" ? state : "waiting";
  return reasonOf({ kind, words, asset, partition, run });
}

const NEARNESS: { readonly [state: string]: number } = { queued: 0, waiting: 1, running: 2 };

function runningReason(e: Explaining, flight: Flight, above: boolean): Reason {
  const { run, step } = flight;
  const attempt = step.attempts.at(-1);
  const since = step.startedAt ? instantText(step.startedAt, e.facts.judgement.now) : "just now";
  const on = attempt ? ` on worker ${attempt.worker}` : "";
  const nth = attempt && attempt.attempt > 1 ? `, attempt ${attempt.attempt}` : "";
  const words = `${
    sliceText(step.asset, step.partition)
  } runs since ${since}${on} in run ${run.id}${nth}`;
  const kind = above ? "upstream_running" : "running";
  return reasonOf({ kind, words, ...about(flight) });
}

/** The run waits for others of its job. */
function jobLimit(e: Explaining, { run }: Flight): Reason {
  const others = e.active(run.job ?? "").filter((r) => r.id !== run.id);
  const limit = e.facts.definitions.jobs.find((j) => j.name === run.job)?.maxActiveRuns;
  const allows = limit === undefined ? "" : `, which allows ${limit} at once`;
  const names = others.map((r) => `run ${r.id}`).join(", ") || "the runs before it";
  const words = `${names} of job "${run.job}" ${
    others.length > 1 ? "are" : "is"
  } still active${allows}`;
  return reasonOf({ kind: "job_limit", words, run: others[0]?.id ?? null });
}

/** What keeps a queued step from being claimed. */
function queuedFor(e: Explaining, flight: Flight): readonly Reason[] {
  const { step } = flight;
  const { judgement, workers } = e.facts;
  const { now } = judgement;
  if (step.readyAt && step.readyAt > now) {
    const { length } = step.attempts;
    const failed = `attempt ${length} failed: ${step.error?.message ?? "unknown"}`;
    const words = `${failed}; it is tried again at ${secondText(step.readyAt, now)}`;
    return [reasonOf({ kind: "retry_later", words, ...about(flight) })];
  }
  const other = judgement.state(step.asset, step.partition)?.inFlight;
  if (other?.state === "running" && other.run !== flight.run.id) {
    const found = e.run(other.run);
    const same = found?.steps.find((s) => s.asset === step.asset && s.partition === step.partition);
    const since = same?.startedAt ? ` since ${instantText(same.startedAt, now)}` : "";
    const words = `the same slice runs${since} in run ${other.run}, and never twice at once`;
    return [reasonOf({ kind: "same_slice_running", words, ...about(flight), run: other.run })];
  }
  const serving = workers.filter((w) => w.queues.includes(step.queue));
  const { code } = flight.run;
  const fitting = serving.filter((w) => code === null || w.code === null || w.code === code);
  if (fitting.length === 0 && serving.length > 0) {
    const words = `no living worker has the code with which it was planned ("${code}")`;
    return [reasonOf({ kind: "no_worker", words, ...about(flight) })];
  }
  if (fitting.length === 0) {
    const alive = workers.length === 0 ? "no worker is alive" : "no living worker takes it";
    const words = `${alive}: its queue is "${step.queue}"`;
    return [reasonOf({ kind: "no_worker", words, ...about(flight) })];
  }
  const { pools } = e.facts;
  const full = fullPools(step.pools, pools);
  if (full.length > 0) return full.map((of) => poolFull(flight, of));
  const slots = fitting.reduce((n, w) => n + w.slots, 0);
  const running = runningOn(e, step.queue);
  if (running >= slots) {
    const words = `all ${slots} slots of queue "${step.queue}" are taken by other steps`;
    return [reasonOf({ kind: "no_free_slot", words, ...about(flight) })];
  }
  const words = "a worker takes it within a second";
  return [reasonOf({ kind: "about_to_start", words, ...about(flight) })];
}

/** It wants more slots of a pool than are free. */
function poolFull(flight: Flight, { name, wanted, pool }: FullPool): Reason {
  if (!pool) {
    const words = `it takes slots of pool "${name}", which nobody declared`;
    return reasonOf({ kind: "pool_full", words, ...about(flight) });
  }
  const { slots, holders } = pool;
  const who = holders.slice(0, MOST_BLOCKERS)
    .map((h) => `${sliceText(h.asset, h.partition)} (${h.slots}) in run ${h.run}`).join(", ");
  const more = holders.length > MOST_BLOCKERS ? ` and ${holders.length - MOST_BLOCKERS} more` : "";
  const taken = who ? `, taken by ${who}${more}` : "";
  const words = `it takes ${wanted} of the ${slots} slots of pool "${name}"${taken}`;
  return reasonOf({ kind: "pool_full", words, ...about(flight), run: holders[0]?.run ?? null });
}

/** Steps that run on the workers of a queue. */
function runningOn({ facts: { definitions, judgement } }: Explaining, queue: string): number {
  let count = 0;
  for (const asset of definitions.assets) {
    if (asset.queue !== queue) continue;
    for (const s of judgement.states(asset)) if (s.inFlight?.state === "running") count++;
  }
  return count;
}

/** With seconds: a retry is often less than a minute away. */
function secondText(at: Date, now: Date): string {
  const day = at.toISOString().slice(0, 10);
  const time = at.toISOString().slice(11, 19);
  return day === now.toISOString().slice(0, 10) ? time : `${day} ${time}`;
}
