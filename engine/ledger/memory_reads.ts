/**
 * Reading the in-memory ledger: values that do not change when the ledger does.
 *
 * @module
 */
import type {
  EventQuery,
  EventRecord,
  LogQuery,
  RunQuery,
  TickQuery,
  TopicCount,
} from "./ledger.ts";
import {
  announce,
  at,
  type MemoryState,
  place,
  type RunNode,
  sliceId,
  type SliceNode,
  type StepNode,
} from "./memory_state.ts";
import type {
  CheckState,
  Fact,
  LogRecord,
  MaterializationRecord,
  RunRecord,
  RunState,
  SliceKey,
  SliceState,
  StepRecord,
  StepState,
} from "./records.ts";

/** What is known of slices. */
export function slices(state: MemoryState, assets?: readonly string[]): SliceState[] {
  const wanted = assets && new Set(assets);
  return [...state.slices.values()].filter((s) => wanted?.has(s.asset) ?? true).map(sliceState);
}

function sliceState(slice: SliceNode): SliceState {
  const { asset, partition, last, error } = slice;
  return {
    asset,
    partition,
    visible: slice.visible && withoutValue(slice.visible),
    last,
    error,
    inFlight: inFlight(slice),
  };
}

function withoutValue({ value: _value, ...rest }: MaterializationRecord) {
  return rest;
}

const nearness: { readonly [S in StepState]?: number } = { running: 0, queued: 1, waiting: 2 };

/** The step of a slice that is nearest to its end, where several runs have one. */
function inFlight(slice: SliceNode): SliceState["inFlight"] {
  const rank = (step: StepNode) => nearness[step.state] ?? 3;
  const [first] = [...slice.open].sort((a, b) => rank(a) - rank(b));
  return first === undefined ? null : { run: first.run.id, state: first.state };
}

/** The visible versions of the given slices. */
export function visible(state: MemoryState, wanted: readonly SliceKey[]): MaterializationRecord[] {
  return wanted
    .map(({ asset, partition }) => state.slices.get(sliceId(asset, partition))?.visible ?? null)
    .filter((made) => made !== null);
}

/** What became visible since an instant, oldest first, and of each slice the last before that. */
export function builds(
  state: MemoryState,
  asset: string,
  { since, limit }: { readonly since: Date; readonly limit: number },
): { readonly partition: string; readonly at: Date }[] {
  const newest = history(state, asset, { limit: Infinity })
    .filter((m) => m.published)
    .slice(0, limit)
    .toReversed();
  const before = new Map(
    newest.filter((m) => m.at < since).map((m) => [m.partition, m.version]),
  );
  return newest
    .filter((m) => m.at >= since || before.get(m.partition) === m.version)
    .map(({ partition, at }) => ({ partition, at }));
}

/** Versions of an asset, newest first. */
export function history(
  state: MemoryState,
  asset: string,
  query: { readonly before?: string | undefined; readonly limit: number },
): MaterializationRecord[] {
  const before = query.before === undefined ? undefined : BigInt(query.before);
  return [...state.materializations.get(asset) ?? []]
    .filter(({ version }) => before === undefined || version < before)
    .sort((a, b) => (a.version < b.version ? 1 : -1))
    .slice(0, query.limit);
}

/** The latest verdict of each check. */
export function checks(state: MemoryState, asset?: string): CheckState[] {
  return [...state.checks.values()].filter((c) => asset === undefined || c.asset === asset);
}

/** Facts later than a place. The place is their index from 1, so this costs only what it gives. */
export function facts(state: MemoryState, after: string, limit: number): Fact[] {
  const from = Number(after);
  return state.facts.slice(from, from + limit);
}

/** Published versions. */
export function versions(
  state: MemoryState,
  wanted: readonly bigint[],
): MaterializationRecord[] {
  const among = new Set(wanted);
  return [...state.materializations.values()].flat()
    .filter((m) => m.published && among.has(m.version)).map((m) => structuredClone(m));
}

/** What was visible at an instant. */
export function visibleAt(
  state: MemoryState,
  slices: readonly SliceKey[],
  at: Date,
): MaterializationRecord[] {
  return slices.flatMap(({ asset, partition }) => {
    const then = (state.materializations.get(asset) ?? [])
      .filter((m) => m.published && m.partition === partition && m.at <= at);
    const newest = then.reduce<MaterializationRecord | undefined>(
      (best, m) => !best || m.version > best.version ? m : best,
      undefined,
    );
    return newest ? [structuredClone(newest)] : [];
  });
}

/** Ticks of one name, newest first. */
export function ticks(state: MemoryState, name: string, { before, limit }: TickQuery): Fact[] {
  const isOlder = ({ seq }: Fact) => before === undefined || Number(seq) < Number(before);
  return state.facts.filter((f) => f.kind === "tick" && f.name === name && isOlder(f))
    .slice(-limit).reverse();
}

/** Runs, newest first. */
export function runs(state: MemoryState, query: RunQuery): RunRecord[] {
  const retried = new Set([...state.runs.values()].map((r) => r.submission.parent));
  const fits = (run: RunNode) =>
    (query.states?.includes(run.state) ?? true) &&
    (!query.notRetried || !retried.has(run.id)) &&
    (query.createdFrom === undefined || run.createdAt >= query.createdFrom) &&
    (query.createdBefore === undefined || run.createdAt < query.createdBefore) &&
    ((!query.assets && !query.unsuccessful) || run.steps.some((s) => isAmong(s, query))) &&
    (query.state === undefined || run.state === query.state) &&
    (query.job === undefined || run.submission.job === query.job) &&
    (query.backfill === undefined || backfillOf(run) === query.backfill) &&
    (query.asset === undefined || run.steps.some((s) => s.planned.asset === query.asset)) &&
    (query.before === undefined || Number(run.id) < Number(query.before));
  return [...state.runs.values()].reverse().filter(fits).slice(0, query.limit).map(runRecord);
}

const isAmong = ({ planned, state }: StepNode, { assets, unsuccessful }: RunQuery) =>
  (assets?.includes(planned.asset) ?? true) && (!unsuccessful || state !== "success");

const backfillOf = ({ submission: { trigger, by } }: RunNode) => trigger === "backfill" ? by : null;

/** How many runs stand where. */
export function runCounts(state: MemoryState): { readonly [S in RunState]: number } {
  const counts = { queued: 0, running: 0, success: 0, failed: 0, cancelled: 0 };
  for (const run of state.runs.values()) counts[run.state]++;
  return counts;
}

/** One run with its steps. */
export function run(
  state: MemoryState,
  id: string,
): { readonly run: RunRecord; readonly steps: readonly StepRecord[] } | undefined {
  const node = state.runs.get(id);
  return node && { run: runRecord(node), steps: node.steps.map(stepRecord) };
}

function runRecord(run: RunNode): RunRecord {
  const { steps: _plan, maxActiveRuns: _limit, code: _planned, ...submission } = run.submission;
  const { id, state, createdAt, startedAt, endedAt, error, timedOut, code, codeBefore } = run;
  const { timeoutMs = null, parent = null } = submission;
  const steps = {
    waiting: 0,
    queued: 0,
    running: 0,
    success: 0,
    failed: 0,
    skipped: 0,
    cancelled: 0,
  };
  for (const step of run.steps) steps[step.state]++;
  const kept = { ...submission, timeoutMs, parent, code, codeBefore };
  return { ...kept, id, state, timedOut, createdAt, startedAt, endedAt, error, steps };
}

function stepRecord(step: StepNode): StepRecord {
  const { index, state, readyAt, startedAt, endedAt, error } = step;
  const attempts = step.attempts.map((attempt) => ({ ...attempt }));
  return { ...step.planned, step: index, state, readyAt, startedAt, endedAt, attempts, error };
}

/** Milliseconds that the last successes of each asset took. */
export function durations(state: MemoryState, limit: number): Map<string, readonly number[]> {
  const found = new Map<string, readonly number[]>();
  for (const [asset, made] of state.materializations) {
    const published = made.filter((m) => m.published).slice(-limit).reverse();
    if (published.length > 0) found.set(asset, published.map((m) => m.durationMs));
  }
  return found;
}

/** Adds lines to logs. */
export function log(state: MemoryState, lines: readonly LogRecord[]): void {
  for (const line of lines) {
    const kept = { ...structuredClone(line), id: place(++state.line) };
    at(state.logs, line.run, () => []).push(kept);
  }
  for (const run of new Set(lines.map((line) => line.run))) announce(state, { of: "log", run });
}

/** Reads a log. */
export function logs(
  state: MemoryState,
  query: LogQuery,
): (LogRecord & { readonly id: string })[] {
  const { after, step, limit } = query;
  const lines = (state.logs.get(query.run) ?? [])
    .filter((line) => (step === undefined || line.step === step) && line.id > (after ?? ""));
  return after === undefined ? lines.slice(-limit) : lines.slice(0, limit);
}

/** Events of the outbox, newest first. */
export function events(
  state: MemoryState,
  query: EventQuery,
): EventRecord[] {
  return state.outbox
    .filter((event) => !query.refused || event.refusedAt !== null)
    .filter((event) => query.topic === undefined || event.topic === query.topic)
    .reverse()
    .slice(0, query.limit);
}

/** How many events each topic has. */
export function topics(state: MemoryState): TopicCount[] {
  const byTopic = Map.groupBy(state.outbox, (event) => event.topic);
  return [...byTopic].sort(([a], [b]) => (a < b ? -1 : 1)).map(([topic, list]) => ({
    topic,
    count: list.length,
    unsent: list.filter((event) => event.sentAt === null && event.refusedAt === null).length,
    refused: list.filter((event) => event.refusedAt !== null).length,
  }));
}
