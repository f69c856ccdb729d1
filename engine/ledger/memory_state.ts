/**
 * What the in-memory ledger holds: plain mutable values, and the two things that every change
 * does, a fact and news.
 *
 * @module
 */
import type { DeliveryRecord, SilenceRecord } from "./alerting.ts";
import type { BackfillRecord } from "./backfills.ts";
import type { EventRecord, News } from "./ledger.ts";
import type { PoolNode } from "./memory_pools.ts";
import type { SetNode } from "./memory_sets.ts";
import type {
  AlertRecord,
  AttemptRecord,
  CheckState,
  CursorRecord,
  Fact,
  LogRecord,
  MaterializationRecord,
  PlannedStep,
  RunState,
  SliceState,
  StepError,
  StepState,
  Submission,
  WorkerRecord,
} from "./records.ts";

/** The same fields, but they may change. */
export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A run that may change. */
export interface RunNode {
  readonly id: string;
  readonly submission: Submission;
  readonly createdAt: Date;
  readonly steps: StepNode[];
  state: RunState;
  startedAt: Date | null;
  endedAt: Date | null;
  error: StepError | null;
  /** When its time is over. */
  dueAt: Date | null;
  timedOut: boolean;
  /** Steps that have not ended. */
  open: number;
  /** Version of the code that may go on with it; null: any. */
  code: string | null;
  codeBefore: string | null;
}

/** A step that may change. */
export interface StepNode {
  readonly run: RunNode;
  readonly index: number;
  readonly planned: PlannedStep;
  readonly slice: SliceNode;
  readonly dependents: StepNode[];
  readonly attempts: Mutable<AttemptRecord>[];
  state: StepState;
  readyAt: Date | null;
  startedAt: Date | null;
  endedAt: Date | null;
  error: StepError | null;
  /** Why its attempt has to stop. */
  stop: StepError | null;
  /** Steps that it needs and that have not succeeded. */
  left: number;
  /** Attempts whose worker died. */
  deaths: number;
  /** The lap in which it has its turn, while it is queued. */
  lap: number;
  /** Its place among all that were ever queued. */
  turn: number;
}

/** A slice that may change. */
export interface SliceNode {
  readonly asset: string;
  readonly partition: string;
  /** Its steps that have not ended. */
  readonly open: Set<StepNode>;
  visible: MaterializationRecord | null;
  last: SliceState["last"];
  error: StepError | null;
  /** The one step that computes it now. */
  running: StepNode | null;
}

/** A worker that may change. */
export interface WorkerNode {
  readonly record: Mutable<WorkerRecord>;
  readonly held: Set<StepNode>;
  /** Attempts that were taken from it. */
  readonly taken: { readonly run: string; readonly step: number; readonly attempt: number }[];
  alive: boolean;
}

/** The runs of a job that have not ended. */
export interface JobNode {
  running: number;
  /** Oldest first. */
  readonly queued: RunNode[];
}

/** A backfill that may change. */
export interface BackfillNode {
  readonly record: Mutable<Omit<BackfillRecord, "active">>;
  /** The runs that are not counted as done, by place. */
  readonly active: Map<number, string>;
}

/** All that the in-memory ledger remembers. */
export interface MemoryState {
  readonly now: () => Date;
  /** By id, oldest first. */
  readonly runs: Map<string, RunNode>;
  readonly runsByKey: Map<string, RunNode>;
  readonly jobs: Map<string, JobNode>;
  /** Steps in state `queued`, in the order of claiming. */
  readonly ready: StepNode[];
  readonly slices: Map<string, SliceNode>;
  readonly workers: Map<string, WorkerNode>;
  /** By asset, oldest first. */
  readonly materializations: Map<string, MaterializationRecord[]>;
  readonly checks: Map<string, CheckState>;
  readonly facts: Fact[];
  readonly outbox: EventRecord[];
  /** By run, oldest first. */
  readonly logs: Map<string, (LogRecord & { readonly id: string })[]>;
  readonly cursors: Map<string, CursorRecord>;
  readonly alerts: Mutable<AlertRecord>[];
  readonly deliveries: Map<string, Mutable<DeliveryRecord>>;
  readonly silences: Mutable<SilenceRecord>[];
  /** By id, oldest first. */
  readonly backfills: Map<string, BackfillNode>;
  readonly pools: Map<string, PoolNode>;
  /** Which code was worked with, and the place of the last worker with it. */
  readonly codes: Map<string, number>;
  /** By name. */
  readonly sets: Map<string, SetNode>;
  readonly listeners: Set<(news: News) => void>;
  /** The newest version that was given. */
  version: bigint;
  /** The newest line of a log. */
  line: number;
  /** How many steps were ever queued. */
  queued: number;
}

/** A ledger that remembers nothing yet. */
export function emptyState(now: () => Date): MemoryState {
  return {
    now,
    runs: new Map(),
    runsByKey: new Map(),
    jobs: new Map(),
    ready: [],
    slices: new Map(),
    workers: new Map(),
    materializations: new Map(),
    checks: new Map(),
    facts: [],
    outbox: [],
    logs: new Map(),
    cursors: new Map(),
    alerts: [],
    deliveries: new Map(),
    silences: [],
    backfills: new Map(),
    pools: new Map(),
    codes: new Map(),
    sets: new Map(),
    listeners: new Set(),
    version: 0n,
    line: 0,
    queued: 0,
  };
}

/** The value of a key, made the first time it is asked for. */
export function at<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}

/** The node of a slice. */
export function sliceOf(state: MemoryState, asset: string, partition: string): SliceNode {
  return at(state.slices, sliceId(asset, partition), () => ({
    asset,
    partition,
    open: new Set<StepNode>(),
    visible: null,
    last: null,
    error: null,
    running: null,
  }));
}

/** A slice as one text: no asset name contains a line break. */
export const sliceId = (asset: string, partition: string): string => `${asset}\n${partition}`;

/** A place in an order as text of equal length. */
export const place = (n: number): string => String(n).padStart(16, "0");

/** Tells all that listen. */
export function announce(state: MemoryState, news: News): void {
  for (const tell of state.listeners) tell(news);
}

/** Appends a fact; what is not given is null. */
export function remember(
  state: MemoryState,
  fact: Pick<Fact, "kind"> & Partial<Omit<Fact, "kind" | "seq" | "at">>,
): void {
  state.facts.push({
    name: null,
    partition: null,
    run: null,
    step: null,
    state: null,
    data: null,
    ...fact,
    seq: place(state.facts.length + 1),
    at: state.now(),
  });
  announce(state, { of: "fact" });
}

/** Appends the fact that a run changed its state. */
export function rememberRun(state: MemoryState, run: RunNode): void {
  remember(state, {
    kind: "run",
    name: run.submission.job,
    partition: run.submission.partition,
    run: run.id,
    state: run.state,
    data: run.error === null ? null : { error: run.error.message },
  });
}

/** Appends the fact that a step changed its state. */
export function rememberStep(state: MemoryState, step: StepNode): void {
  remember(state, {
    kind: "step",
    name: step.planned.asset,
    partition: step.planned.partition,
    run: step.run.id,
    step: step.index,
    state: step.state,
    data: {
      attempt: step.attempts.length,
      ...(step.error === null ? {} : { error: step.error.message }),
    },
  });
}

/** An error of the engine itself. */
export const plainError = (message: string): StepError => ({ message, causes: [], stack: null });

/** A slice for people: `"features/activity" [2025-01-27]`. */
export const sliceText = (slice: { readonly asset: string; readonly partition: string }): string =>
  `"${slice.asset}"` + (slice.partition === "" ? "" : ` [${slice.partition}]`);
