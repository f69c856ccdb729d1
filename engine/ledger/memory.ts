/**
 * A ledger in memory: the whole engine runs on it in a test, in milliseconds.
 *
 * @module
 */
import type { Ledger } from "./ledger.ts";
import * as alerting from "./memory_alerting.ts";
import * as backfilling from "./memory_backfills.ts";
import * as crew from "./memory_crew.ts";
import { news } from "./memory_news.ts";
import * as pooling from "./memory_pools.ts";
import * as queue from "./memory_queue.ts";
import * as reads from "./memory_reads.ts";
import { cancelRun, cancelStep, expire, submit } from "./memory_runs.ts";
import * as standing from "./memory_standing.ts";
import * as sets from "./memory_sets.ts";
import { emptyState, type MemoryState } from "./memory_state.ts";

/**
 * A ledger that forgets when the process ends. `now` is its clock; it never reads another one.
 *
 * Each method does all of its work before it returns its promise, so two calls cannot interleave.
 *
 * @example An episode is opened once
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { memoryLedger } from "./memory.ts";
 *
 * await using ledger = memoryLedger({ now: () => new Date("2025-01-27T06:00:00Z") });
 * const late = {
 *   episode: "late:clicks",
 *   kind: "late",
 *   severity: "error",
 *   asset: "clicks",
 *   run: null,
 *   title: "clicks is late",
 *   message: "It should have been there at 06:00",
 * } as const;
 * assertEquals((await ledger.open(late))?.openedAt.toISOString(), "2025-01-27T06:00:00.000Z");
 * assertEquals(await ledger.open(late), undefined);
 * ```
 */
export function memoryLedger({ now }: { readonly now: () => Date }): Ledger {
  return memoryOn(emptyState(now));
}

/** The same on a state that the caller looks into. */
export function memoryOn(state: MemoryState): Ledger {
  return {
    name: "memory",
    ...working(state),
    ...reading(state),
    ...stands(state),
    ...looksAfter(state),
    ...fills(state),
    ...holds(state),
    ...shares(state),
    news: (signal) => news(state, signal),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** The answer as a promise, also if it is an error. */
const soon = <T>(answer: () => T): Promise<T> => new Promise((resolve) => resolve(answer()));

function working(state: MemoryState) {
  return {
    submit: (submission) => soon(() => submit(state, submission)),
    claim: (ask) => soon(() => queue.claim(state, ask)),
    finish: (outcomes, ask) => soon(() => queue.finish(state, outcomes, ask)),
    cancel: (run, by) => soon(() => cancelRun(state, run, by)),
    cancelStep: (at, by) => soon(() => cancelStep(state, at, by)),
    expire: () => soon(() => expire(state)),
    revoked: (worker) => soon(() => queue.revoked(state, worker)),
    join: (hello) => soon(() => crew.join(state, hello)),
    heartbeat: (worker) => soon(() => crew.heartbeat(state, worker)),
    leave: (worker) => soon(() => crew.leave(state, worker)),
    reap: (silentMs) => soon(() => crew.reap(state, silentMs)),
    bury: (worker, cause) => soon(() => crew.bury(state, worker, cause)),
    disown: (worker, holding, olderMs) =>
      soon(() => crew.disown(state, worker, { holding, olderMs })),
    workers: () => soon(() => crew.workers(state)),
    held: () => soon(() => crew.held(state)),
    outdated: (code) => soon(() => crew.outdated(state, code)),
    recode: (run, from, to) => soon(() => crew.recode(state, run, from, to)),
  } satisfies Partial<Ledger>;
}

function reading(state: MemoryState) {
  return {
    slices: (assets) => soon(() => reads.slices(state, assets)),
    visible: (slices) => soon(() => reads.visible(state, slices)),
    builds: (asset, query) => soon(() => reads.builds(state, asset, query)),
    versions: (versions) => soon(() => reads.versions(state, versions)),
    visibleAt: (slices, at) => soon(() => reads.visibleAt(state, slices, at)),
    history: (asset, query) => soon(() => reads.history(state, asset, query)),
    checks: (asset) => soon(() => reads.checks(state, asset)),
    runs: (query) => soon(() => reads.runs(state, query)),
    runCounts: () => soon(() => reads.runCounts(state)),
    run: (id) => soon(() => reads.run(state, id)),
    durations: (limit) => soon(() => reads.durations(state, limit)),
    facts: (after, limit) => soon(() => reads.facts(state, after, limit)),
    newestFact: () => soon(() => state.facts.at(-1)?.seq ?? ""),
    ticks: (name, query) => soon(() => reads.ticks(state, name, query)),
    log: (lines) => soon(() => reads.log(state, lines)),
    logs: (query) => soon(() => reads.logs(state, query)),
    events: (query) => soon(() => reads.events(state, query)),
    topics: () => soon(() => reads.topics(state)),
    sendAgain: () => Promise.resolve(0), // nobody relays what is in memory, so nothing is refused
  } satisfies Partial<Ledger>;
}

function stands(state: MemoryState) {
  return {
    cursors: (prefix) => soon(() => standing.cursors(state, prefix)),
    advance: (step) => soon(() => standing.advance(state, step)),
    open: (alert) => soon(() => standing.open(state, alert)),
    resolve: (episode) => soon(() => standing.resolve(state, episode)),
    told: (id, of, channel) => soon(() => standing.told(state, id, of, channel)),
    alerts: (limit) => soon(() => standing.alerts(state, limit)),
  } satisfies Partial<Ledger>;
}

function looksAfter(state: MemoryState) {
  return {
    deliveries: () => soon(() => alerting.deliveries(state)),
    untold: (at, trouble) => soon(() => alerting.untold(state, at, trouble)),
    acknowledge: (id, by) => soon(() => alerting.acknowledge(state, id, by)),
    silence: (silencing) => soon(() => alerting.silence(state, silencing)),
    unsilence: (id, by) => soon(() => alerting.unsilence(state, id, by)),
    silences: () => soon(() => alerting.silences(state)),
  } satisfies Partial<Ledger>;
}

function fills(state: MemoryState) {
  return {
    startBackfill: (submission) => soon(() => backfilling.startBackfill(state, submission)),
    backfills: (query) => soon(() => backfilling.backfills(state, query)),
    advanceBackfill: (step) => soon(() => backfilling.advanceBackfill(state, step)),
    pauseBackfill: (id) => soon(() => backfilling.pauseBackfill(state, id)),
    resumeBackfill: (id) => soon(() => backfilling.resumeBackfill(state, id)),
    cancelBackfill: (id, by) => soon(() => backfilling.cancelBackfill(state, id, by)),
  } satisfies Partial<Ledger>;
}

function holds(state: MemoryState) {
  return {
    addKeys: (set, keys) => soon(() => sets.addKeys(state, set, keys)),
    removeKeys: (set, keys) => soon(() => sets.removeKeys(state, set, keys)),
    keySets: (known) => soon(() => sets.keySets(state, known)),
  } satisfies Partial<Ledger>;
}

function shares(state: MemoryState) {
  return {
    pools: () => soon(() => pooling.pools(state)),
    declarePools: (slots) => soon(() => pooling.declarePools(state, slots)),
    setPool: (name, slots, by) => soon(() => pooling.setPool(state, name, slots, by)),
  } satisfies Partial<Ledger>;
}
