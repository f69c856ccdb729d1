/**
 * The port to what is remembered. Every method is atomic: it happens whole or not at all, and what it tells of has
 * happened.
 *
 * @module
 */
import type { Alerting } from "./alerting.ts";
import type { Backfills } from "./backfills.ts";
import type { Pools } from "./pools.ts";
import type { KeySets } from "./sets.ts";
import type {
  Advance,
  AlertRecord,
  CheckState,
  Claimed,
  CursorRecord,
  Fact,
  Finished,
  LogRecord,
  MaterializationRecord,
  Outcome,
  Revoked,
  RunRecord,
  RunState,
  SliceKey,
  SliceState,
  StepRecord,
  Submission,
  Submitted,
  WorkerRecord,
} from "./records.ts";

/** What a worker says of itself. */
export interface WorkerHello {
  /** Where it runs. */
  readonly host: string;
  /** Process id there. */
  readonly pid: number;
  /** Which steps it takes. */
  readonly queues: readonly string[];
  /** How many at once. */
  readonly slots: number;
  /** Version of its code: it takes only steps that were planned with the same; any if it does not tell. */
  readonly code?: string | null;
}

/** What a claim asks for. */
export interface Ask {
  /** Who asks: {@linkcode WorkerRecord.id}. */
  readonly worker: string;
  /** Which steps it takes. */
  readonly queues: readonly string[];
  /** How many at most. */
  readonly room: number;
  /** Whether `finish()` fills the room that is left with steps that were queued before. @default {false} */
  readonly more?: boolean;
}

/** Which runs. Newest first. */
export interface RunQuery {
  /** Only in this state. */
  readonly state?: RunState | undefined;
  /** Only of this job. */
  readonly job?: string | undefined;
  /** Only in one of these states. */
  readonly states?: readonly RunState[] | undefined;
  /** Only with a step of this asset. */
  readonly asset?: string | undefined;
  /** Only with a step of one of these assets; with `unsuccessful` one that did not succeed. */
  readonly assets?: readonly string[] | undefined;
  /** Only with a step that did not succeed. @default {false} */
  readonly unsuccessful?: boolean | undefined;
  /** Only those that no other run runs again. @default {false} */
  readonly notRetried?: boolean | undefined;
  /** Only submitted at or after this instant. */
  readonly createdFrom?: Date | undefined;
  /** Only submitted before this instant. */
  readonly createdBefore?: Date | undefined;
  /** Only of the backfill of this id; null: only those of none. */
  readonly backfill?: string | null | undefined;
  /** Only older ones. */
  readonly before?: string | undefined;
  /** At most so many. */
  readonly limit: number;
}

/** Which ticks. Newest first. */
export interface TickQuery {
  /** Only older ones than this {@linkcode Fact.seq}. */
  readonly before?: string | undefined;
  /** At most so many. */
  readonly limit: number;
}

/** Which lines of a log. Oldest first; the last ones if `after` is not given. */
export interface LogQuery {
  /** The run. */
  readonly run: string;
  /** Only of this step. */
  readonly step?: number | undefined;
  /** Only later ones than this line id. */
  readonly after?: string | undefined;
  /** At most so many. */
  readonly limit: number;
}

/** An event in the outbox, for people. */
export interface EventRecord {
  /** Place in the outbox. */
  readonly id: string;
  /** Kafka topic. */
  readonly topic: string;
  /** Events of one key keep their order. */
  readonly key: string;
  /** UUID that consumers drop duplicates by. */
  readonly eventId: string;
  /** Version of the schema of the payload. */
  readonly schemaVersion: number;
  /** Run that made it. */
  readonly run: string | null;
  /** The content. */
  readonly payload: unknown;
  /** When it was written. */
  readonly createdAt: Date;
  /** When the log had it; null if it does not yet. */
  readonly sentAt: Date | null;
  /** When the log refused it for what is in it; null if it did not. */
  readonly refusedAt: Date | null;
  /** In the words of the log; kept when it is sent again. */
  readonly refusedReason: string | null;
}

/** Which events. */
export interface EventQuery {
  /** Only of this topic. */
  readonly topic?: string | undefined;
  /** Only those that the log refused. */
  readonly refused?: boolean | undefined;
  /** At most so many. */
  readonly limit: number;
}

/** How the events of a topic stand. */
export interface TopicCount {
  /** Its name. */
  readonly topic: string;
  /** All of its events that are kept. */
  readonly count: number;
  /** Those that wait to be sent. */
  readonly unsent: number;
  /** Those that the log refused. */
  readonly refused: number;
}

/** Which kind of news there may be: steps to claim, facts, lines of a log (of a run), events to send, or all after a gap. */
export type News =
  | { readonly of: "step" | "fact" | "outbox" | "gap" }
  | { readonly of: "log"; readonly run: string };

/** Doing the work. */
export interface Queue {
  /** Remembers a run, or finds the one with the same key. */
  submit(submission: Submission): Promise<Submitted>;
  /**
   * Makes up to `room` queued steps the worker's: by priority, then runs in turn, then place in the plan; none whose
   * pools have too few slots left. A slice is never computed twice at once, whatever the runs: the second step waits. A worker that was given up gets nothing, since
   * nobody would miss what it holds.
   */
  claim(ask: Ask): Promise<readonly Claimed[]>;
  /**
   * Ends attempts. A success publishes its version, records checks and facts, writes events to the outbox and releases
   * the steps that waited for it, all together. An outcome whose attempt is not the worker's any more changes nothing;
   * that it came is remembered with the attempt. An outcome that cannot be kept for what is in it (a bigint in its
   * metadata, an event without a topic) is a final failure of its step, and costs the others nothing.
   * A final failure skips what needs the step. Steps that became ready are handed to the
   * worker, up to `ask.room`, unless it is the turn of another run; with `ask.more` then others as `claim()` would.
   * After it was cancelled, or its run has ended, a success is refused and nothing is tried again: any outcome ends the step.
   */
  finish(outcomes: readonly Outcome[], ask: Ask): Promise<Finished>;
  /** Ends a run: what waits is cancelled at once, what runs when its worker hears of it. False if it had ended already. */
  cancel(run: string, by: string): Promise<boolean>;
  /**
   * Ends one step, at once or when its worker hears of it, and then skips what needs it; the rest of the run goes on.
   * False if it had ended, or was cancelled already.
   */
  cancelStep(at: Pick<Claimed, "run" | "step">, by: string): Promise<boolean>;
  /**
   * Ends runs that began longer ago than they may take, as failed; what runs of them stops when its worker hears of it.
   * Gives their ids.
   */
  expire(): Promise<readonly string[]>;
  /** Attempts that the worker must stop: they were cancelled, their run has ended, or they were taken from it. */
  revoked(worker: string): Promise<readonly Revoked[]>;
}

/** Knowing who works. */
export interface Crew {
  /** Registers a worker; its life is tied to the connection of this ledger. Gives its id. */
  join(hello: WorkerHello): Promise<string>;
  /** Says that the worker lives. False if it was given up meanwhile. */
  heartbeat(worker: string): Promise<boolean>;
  /** Says that it ends by its own will; what it still holds is queued again, which counts as no death. */
  leave(worker: string): Promise<void>;
  /**
   * Finds workers that died or were silent longer than `silentMs`, queues again what they held; a step that was lost
   * with three workers fails. Gives their ids and why.
   */
  reap(silentMs: number): Promise<readonly { readonly worker: string; readonly cause: string }[]>;
  /** Gives up one worker that is known to be dead. */
  bury(worker: string, cause: string): Promise<void>;
  /**
   * Queues again what the worker is said to hold but does not know of, since the answer to its question was lost on the
   * way: attempts that began `olderMs` ago or earlier and are not among `holding` (`run/step/attempt`). Gives how many.
   */
  disown(worker: string, holding: readonly string[], olderMs: number): Promise<number>;
  /** Those that live. */
  workers(): Promise<readonly WorkerRecord[]>;
  /** How many steps each worker runs; those that run none are left out. */
  held(): Promise<ReadonlyMap<string, number>>;
  /**
   * Runs that have not ended and were planned with code that no living worker has, if a worker with `code` joined after
   * the last one with theirs: what a rolling restart leaves behind.
   */
  outdated(code: string): Promise<readonly Pick<RunRecord, "id" | "job" | "code">[]>;
  /** Lets what is left of a run go on with other code. False if the run has ended or is not of that code any more. */
  recode(run: string, from: string, to: string): Promise<boolean>;
}

/** Reading what happened. */
export interface Memory {
  /** What is known of all slices, or of those of some assets. */
  slices(assets?: readonly string[]): Promise<readonly SliceState[]>;
  /** The visible versions of the given slices, with their values; those that have none are left out. */
  visible(slices: readonly SliceKey[]): Promise<readonly MaterializationRecord[]>;
  /** Published versions with their values, in whatever order; those that are not kept any more are left out. */
  versions(versions: readonly bigint[]): Promise<readonly MaterializationRecord[]>;
  /** The versions of the given slices that were visible at an instant, with their values; those that had none are left out. */
  visibleAt(slices: readonly SliceKey[], at: Date): Promise<readonly MaterializationRecord[]>;
  /** Versions of an asset, newest first. */
  history(
    asset: string,
    query: { readonly before?: string | undefined; readonly limit: number },
  ): Promise<readonly MaterializationRecord[]>;
  /**
   * What of an asset became visible since an instant, oldest first, and of each slice the last before that; of the newest
   * `limit` versions, whatever the instant.
   */
  builds(
    asset: string,
    query: { readonly since: Date; readonly limit: number },
  ): Promise<readonly { readonly partition: string; readonly at: Date }[]>;
  /** The latest verdict of each check of each slice, or those of one asset. */
  checks(asset?: string): Promise<readonly CheckState[]>;
  /** Some runs. */
  runs(query: RunQuery): Promise<readonly RunRecord[]>;
  /** How many runs stand where. */
  runCounts(): Promise<{ readonly [S in RunState]: number }>;
  /** One run with its steps in the order of the plan. */
  run(
    id: string,
  ): Promise<{ readonly run: RunRecord; readonly steps: readonly StepRecord[] } | undefined>;
  /** Milliseconds that the last successes of each asset took, newest first, at most `limit` each. */
  durations(limit: number): Promise<ReadonlyMap<string, readonly number[]>>;
  /** Facts later than `after`, in commit order, at most `limit`; from the beginning if `after` is empty. */
  facts(after: string, limit: number): Promise<readonly Fact[]>;
  /** The place of the newest fact; empty if there is none. */
  newestFact(): Promise<string>;
  /** Facts of the kind `tick` of one schedule, sensor or condition, newest first. */
  ticks(name: string, query: TickQuery): Promise<readonly Fact[]>;
  /** Adds lines to logs. */
  log(lines: readonly LogRecord[]): Promise<void>;
  /** Reads a log; `id` of a line is the place to go on from. */
  logs(query: LogQuery): Promise<readonly (LogRecord & { readonly id: string })[]>;
  /** Events of the outbox, newest first. */
  events(query: EventQuery): Promise<readonly EventRecord[]>;
  /** How many events each topic has, how many are not sent and how many were refused. */
  topics(): Promise<readonly TopicCount[]>;
  /** Lets refused events be sent again, all or those of these places; gives how many there were. */
  sendAgain(ids?: readonly string[]): Promise<number>;
}

/** Standing somewhere: schedules, sensors, alerts. */
export interface Standing {
  /** All cursors whose name begins so. */
  cursors(prefix: string): Promise<readonly CursorRecord[]>;
  /**
   * Moves a cursor and submits its runs. Undefined if somebody else moved it first: nothing happened. A fact tells of it
   * unless it skipped.
   */
  advance(step: Advance): Promise<readonly Submitted[] | undefined>;
  /** Opens an episode unless one of that name is open. Undefined if it is. */
  open(
    alert: Pick<
      AlertRecord,
      "episode" | "kind" | "severity" | "asset" | "run" | "title" | "message"
    >,
  ): Promise<AlertRecord | undefined>;
  /** Ends an open episode. Undefined if none was open. */
  resolve(episode: string): Promise<AlertRecord | undefined>;
  /** Remembers that a channel was told. */
  told(id: string, of: "open" | "resolved", channel: string): Promise<void>;
  /** Episodes: open ones first, then newest first. */
  alerts(limit: number): Promise<readonly AlertRecord[]>;
}

/** All that is remembered. */
export interface Ledger
  extends Queue, Crew, Memory, Standing, Alerting, Backfills, KeySets, Pools, AsyncDisposable {
  /** Shown to people: `memory`, `postgres`. */
  readonly name: string;
  /** News as it comes, until the signal aborts; after a lost connection a `gap`. Whoever listens also looks from time to time. */
  news(signal: AbortSignal): AsyncIterable<News>;
}
