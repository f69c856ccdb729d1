import type { AlertRuleService } from "./alert_rule_views.ts";
import type { AlertService, AlertView } from "./alert_views.ts";
import type { AutomationService } from "./automation_views.ts";
import type { BackfillService } from "./backfill_views.ts";
import type { ConnectionService } from "./connection_views.ts";
import type { CrewService } from "./crew_views.ts";
import type { SimulationService } from "./simulation_views.ts";
import type { SteeringService } from "./steering_views.ts";
import type { RunState, StepState } from "../ledger/records.ts";
import type { Severity } from "../declare/check.ts";
import type { Json } from "../declare/store.ts";
import type { AssetStatus, Counts, FreshnessState } from "../decide/status.ts";

// What people may ask of a running engine, and the answers: plain JSON values, so that the command
// line, the API and the pages read the same thing whether they are in the process or at the end of
// a wire.

/** An instant as ISO 8601 in UTC: `2025-01-27T06:00:00.000Z`. */
export type Instant = string;

/** Where a run stands, as it is remembered. */
export type RunStatus = RunState;

/** Where a step stands, as it is remembered. */
export type StepStatus = StepState;

/** What this process is and what it stands on. */
export interface About {
  readonly version: string;
  readonly startedAt: Instant;
  /** Which implementation serves each port, as chosen by the environment. */
  readonly adapters: {
    readonly postgres: "embedded" | "external";
    readonly online: "redis" | "postgres";
    readonly events: "kafka" | "outbox";
    /** Where objects lie: `file`, `s3` or `gcs`. */
    readonly objects: string;
  };
  readonly counts: {
    readonly assets: number;
    readonly jobs: number;
    readonly sensors: number;
    readonly workers: number;
    readonly runs: number;
  };
  /** Sequence of the newest fact that these answers include. */
  readonly asOf: string;
}

/** One thing that the program needs, and whether it answers. */
export interface DependencyHealth {
  /** `postgres`, `redis`, `kafka`, `objects`, `workers`. */
  readonly name: string;
  readonly ok: boolean;
  /** Without a required one nothing works; without another one a part does not. */
  readonly required: boolean;
  /** In words: what is in use, or what is wrong and what would be right. */
  readonly detail: string;
  /** How long the question took, ms. */
  readonly latencyMs: number | null;
}

/** Whether the program can do its work. */
export interface HealthView {
  readonly ok: boolean;
  readonly dependencies: readonly DependencyHealth[];
}

/** The latest run of something, in one line. */
export interface RunBrief {
  readonly run: string;
  readonly status: RunStatus;
  readonly at: Instant;
}

/** A named selection with a schedule. */
export interface JobView {
  readonly name: string;
  readonly description: string;
  /** The selection in its own words: `group:features`. */
  readonly selection: string;
  readonly assets: number;
  /** Null if the job only runs when asked. */
  readonly cron: string | null;
  readonly timezone: string;
  /** Whether its schedule is switched on. */
  readonly enabled: boolean;
  /** Whether a person paused it. */
  readonly paused: boolean;
  /** The coming instants, soonest first; empty if the schedule is off. */
  readonly nextTicks: readonly Instant[];
  /** What happens to missed ticks. */
  readonly catchUp: "none" | "latest" | "all";
  /** Over how many seconds ticks are spread. */
  readonly jitterSeconds: number;
  /** What the schedule did when it last had something to do, in words; null if it never had. */
  readonly lastTick: {
    readonly at: Instant;
    readonly outcome: "requested" | "skipped" | "failed";
    readonly result: string;
  } | null;
  readonly last: RunBrief | null;
}

/** What a sensor did when it last looked. */
export interface SensorView {
  readonly name: string;
  readonly description: string;
  readonly enabled: boolean;
  /** Whether a person paused it. */
  readonly paused: boolean;
  /** Failures in a row; it looks more seldom with each. */
  readonly failures: number;
  readonly intervalSeconds: number;
  readonly cursor: string | null;
  readonly lastTickAt: Instant | null;
  /** Why it requested runs, or why it did not, in words. */
  readonly lastResult: string | null;
  readonly lastOutcome: "requested" | "skipped" | "failed" | null;
  readonly lastRun: string | null;
  readonly nextTickAt: Instant | null;
}

/** Something that went wrong, with where and why. */
export interface FailureView {
  readonly run: string;
  readonly asset: string;
  readonly partition: string | null;
  readonly message: string;
  readonly at: Instant;
}

/** The answer to "is all well?". */
export interface Overview {
  readonly assets: Counts<AssetStatus>;
  readonly freshness: Counts<FreshnessState>;
  readonly runs: Counts<RunStatus>;
  readonly failingChecks: readonly CheckView[];
  readonly openAlerts: readonly AlertView[];
  readonly jobs: readonly JobView[];
  readonly recentFailures: readonly FailureView[];
  readonly recentRuns: readonly RunSummary[];
  /** How many assets `materialize({ stale: true })` would run, counted over all of them. */
  readonly staleTargets: number;
  readonly asOf: string;
}

/** An asset in one line, as lists and the lineage show it. */
export interface AssetCard {
  readonly name: string;
  readonly group: string;
  readonly kind: string;
  readonly status: AssetStatus;
  /** The status for people: "Never built". */
  readonly statusWord: string;
  /** Last successful materialization. */
  readonly at: Instant | null;
  /** `at` for people, seen from the moment of the answer: "2 h ago". */
  readonly age: string;
  readonly freshness: FreshnessState;
  /** Null if the asset has no partitions. */
  readonly partitionCounts: Counts<AssetStatus> | null;
  /** Why it is stale, blocked or failed, in words; empty if it is neither. */
  readonly causes: readonly string[];
}

/** The graph: who is made from whom. */
export interface LineageView {
  readonly nodes: readonly AssetCard[];
  readonly edges: readonly { readonly from: string; readonly to: string }[];
  /** Changes when, and only when, the shape of the graph does. */
  readonly hash: string;
  /** The names that `materialize({ stale: true })` would run. */
  readonly staleTargets: readonly string[];
  readonly asOf: string;
}

/** A check and its latest verdict. */
export interface CheckView {
  readonly asset: string;
  readonly name: string;
  readonly description: string;
  readonly severity: Severity;
  /** A failing blocking check keeps downstream from running. */
  readonly blocking: boolean;
  /** Null until it ran once. */
  readonly passed: boolean | null;
  readonly message: string | null;
  readonly at: Instant | null;
  readonly partition: string | null;
  readonly run: string | null;
}

/** One materialization that happened. */
export interface MaterializationView {
  readonly id: string;
  readonly at: Instant;
  readonly partition: string | null;
  readonly run: string;
  /** The unique number of the attempt, `context.version`. */
  readonly version: string;
  readonly durationMs: number;
  readonly codeVersion: string;
  readonly dataVersion: string;
  readonly inputs: readonly { readonly asset: string; readonly version: string }[];
  readonly metadata: { readonly [name: string]: Json };
}

/** How an asset is cut in time. */
export interface PartitioningView {
  /** `daily`, `six-hourly`… */
  readonly kind: string;
  readonly first: string;
  readonly latest: string | null;
  readonly counts: Counts<AssetStatus>;
}

/** Everything about one asset. */
export interface AssetView {
  readonly card: AssetCard;
  readonly description: string;
  readonly owners: readonly string[];
  readonly kinds: readonly string[];
  readonly tags: { readonly [name: string]: string };
  readonly config: Json;
  /** The promise in words: "at most 6 h old"; null if none was made. */
  readonly freshnessPolicy: string | null;
  /** How the promise stands, in words: "built 2 h ago, due again in 4 h". */
  readonly freshnessState: string | null;
  /** When it runs by itself, in words. */
  readonly automation: string | null;
  readonly partitioning: PartitioningView | null;
  readonly checks: readonly CheckView[];
  readonly upstream: readonly AssetCard[];
  readonly downstream: readonly AssetCard[];
  readonly last: MaterializationView | null;
  readonly lastFailure: FailureView | null;
  readonly jobs: readonly string[];
  readonly codeVersion: string;
  /** Stretches of the last seven days, oldest first. */
  readonly freshnessTrack: readonly {
    readonly from: Instant;
    readonly to: Instant;
    readonly state: FreshnessState;
  }[];
}

/** One partition of an asset. */
export interface PartitionView {
  readonly key: string;
  readonly status: AssetStatus;
  readonly at: Instant | null;
  readonly run: string | null;
}

/** A window on the partitions of an asset, oldest first. */
export interface PartitionsView {
  readonly partitions: readonly PartitionView[];
  /** Over all partitions, not only those of the window. */
  readonly counts: Counts<AssetStatus>;
}

/** A run in one line. */
export interface RunSummary {
  readonly id: string;
  readonly status: RunStatus;
  readonly job: string | null;
  /** What it makes, in words: "group:features" or the names. */
  readonly title: string;
  readonly partition: string | null;
  /** `schedule`, `sensor`, `condition`, `ui`, `cli`, `api`, with the name where there is one. */
  readonly triggeredBy: string;
  /** Why it was started, in words. */
  readonly reason: string;
  readonly createdAt: Instant;
  readonly startedAt: Instant | null;
  readonly endedAt: Instant | null;
  readonly steps: Counts<StepStatus>;
  /** The first error, if it failed. */
  readonly error: string | null;
  /** The run that it runs again. */
  readonly parent: string | null;
  /** Version of the code with which it goes on; null: any. */
  readonly code: string | null;
  /** Version with which it began, if later code went on with it. */
  readonly codeBefore: string | null;
}

/** Which runs to list; everything given must hold. */
export interface RunFilter {
  readonly status?: RunStatus | undefined;
  readonly job?: string | undefined;
  readonly asset?: string | undefined;
  /** Only of the backfill of this id; `none`: only those of none. */
  readonly backfill?: string | undefined;
  /** `next` of the page before. */
  readonly cursor?: string | undefined;
  /** At most so many; 50 if not given. */
  readonly limit?: number | undefined;
}

/** A page of runs, newest first. */
export interface RunsView {
  readonly runs: readonly RunSummary[];
  readonly next: string | null;
  /** Over all runs, whatever the filter. */
  readonly counts: Counts<RunStatus>;
}

/** What went wrong in an attempt. */
export interface ErrorView {
  readonly message: string;
  /** The chain of causes, outermost first, each with its own message. */
  readonly cause: readonly string[];
  readonly stack: string | null;
}

/** One try of a step. */
export interface AttemptView {
  readonly attempt: number;
  readonly status: StepStatus;
  readonly worker: string | null;
  /** When it could have begun. */
  readonly readyAt: Instant | null;
  readonly startedAt: Instant | null;
  readonly endedAt: Instant | null;
  readonly error: ErrorView | null;
  /** What its worker offered when the step had been taken from it; it was refused. */
  readonly late?: LateView | undefined;
}

/** A result that came too late. */
export interface LateView {
  readonly at: Instant;
  readonly worker: string;
  readonly status: "success" | "failed";
  readonly dataVersion: string | null;
  readonly error: ErrorView | null;
}

/** An asset × partition inside a run. */
export interface StepView {
  readonly id: string;
  readonly asset: string;
  readonly partition: string | null;
  readonly status: StepStatus;
  /** Why it is in the plan, in words. */
  readonly reason: string;
  readonly readyAt: Instant | null;
  readonly startedAt: Instant | null;
  readonly endedAt: Instant | null;
  readonly attempts: readonly AttemptView[];
  /** Steps of this run that it waits for. */
  readonly needs: readonly string[];
  /** Whether a faster step would have made a faster run. */
  readonly critical: boolean;
  readonly error: ErrorView | null;
}

/** Everything about one run, steps in topological order. */
export interface RunView {
  readonly run: RunSummary;
  readonly steps: readonly StepView[];
}

/** One line that a step or the engine wrote. */
export interface LogLine {
  /** Grows; give the last one as `after` to go on. */
  readonly id: string;
  readonly at: Instant;
  /** Null for lines of the run itself. */
  readonly step: string | null;
  readonly asset: string | null;
  readonly level: "debug" | "info" | "warn" | "error" | "event";
  readonly message: string;
  readonly fields: { readonly [name: string]: Json } | null;
}

/** Which part of a log. */
export interface LogFilter {
  readonly step?: string | undefined;
  readonly after?: string | undefined;
  readonly limit?: number | undefined;
}

/** One rule of the quality report. */
export interface QualityRuleView {
  readonly rule: string;
  readonly table: string;
  readonly severity: Severity;
  readonly description: string;
  readonly checked: number;
  readonly found: number;
  /** `found / checked`, 0…1. */
  readonly rate: number;
  readonly samples: readonly Json[];
}

/** The quality report of one day. */
export interface QualityView {
  readonly partition: string;
  readonly at: Instant;
  /** 0…100 over everything. */
  readonly score: number;
  readonly found: { readonly critical: number; readonly error: number; readonly warning: number };
  readonly tables: readonly {
    readonly table: string;
    readonly rows: number;
    readonly score: number;
    readonly found: number;
  }[];
  readonly rules: readonly QualityRuleView[];
  /** Score and findings by partition, oldest first. */
  readonly trend: readonly {
    readonly partition: string;
    readonly score: number;
    readonly found: number;
  }[];
  /** The partitions that have a report, newest first. */
  readonly partitions: readonly string[];
}

/** A row of the outbox. */
export interface EventView {
  readonly id: string;
  readonly topic: string;
  readonly key: string | null;
  readonly eventId: string;
  readonly schemaVersion: number;
  readonly run: string | null;
  readonly payload: Json;
  readonly createdAt: Instant;
  /** Null while no broker has it. */
  readonly sentAt: Instant | null;
  /** When the broker refused it for what is in it; null if it did not. */
  readonly refusedAt: Instant | null;
  /** In the words of the broker; kept when it is sent again. */
  readonly refusedReason: string | null;
}

/** The newest events, and which topics there are. */
export interface EventsView {
  readonly events: readonly EventView[];
  readonly topics: readonly {
    readonly topic: string;
    readonly count: number;
    readonly unsent: number;
    readonly refused: number;
  }[];
}

/** Which events. */
export interface EventFilter {
  readonly limit?: number | undefined;
  readonly topic?: string | undefined;
  /** Only those that the broker refused. */
  readonly refused?: boolean | undefined;
}

/** Which assets. */
export interface AssetChoice {
  /** As `select()` reads it, and `status:stale`. */
  readonly selection?: string | undefined;
  /** A bare word means every asset that has it in its name: for those who are still typing. */
  readonly search?: boolean | undefined;
}

/** What to run: by selection, by names, or all that is stale (of these, if names are given too). */
export interface MaterializeRequest {
  readonly selection?: string | undefined;
  readonly assets?: readonly string[] | undefined;
  /** Keys or ranges `2025-01-01..2025-01-07`; the latest complete partition if not given. */
  readonly partitions?: readonly string[] | undefined;
  readonly stale?: boolean | undefined;
  /** Why, in words; part of the run. */
  readonly reason?: string | undefined;
  /** Who asks: `ui`, `cli`, `api`. */
  readonly triggeredBy?: string | undefined;
}

/** What a request would run. */
export interface PlanView {
  readonly steps: readonly {
    readonly asset: string;
    readonly partition: string | null;
    readonly reason: string;
    readonly needs: readonly string[];
    /** From history; null if it never ran. */
    readonly expectedMs: number | null;
  }[];
  /** Longest chain of expected durations; null if nothing is known. */
  readonly expectedMs: number | null;
  /** The blast radius: what is not planned, has a version, and may be stale afterwards. */
  readonly becomesStale: readonly { readonly asset: string; readonly partitions: number }[];
}

/** One reason in a chain of reasons. */
export interface ReasonView {
  /** Programs tell reasons apart by it: `code_changed`, `no_worker`. */
  readonly kind: string;
  /** A sentence without its full stop. */
  readonly words: string;
  readonly asset: string | null;
  readonly partition: string | null;
  readonly run: string | null;
}

/** Why a slice stands as it does. */
export interface WhyView {
  readonly asset: string;
  readonly partition: string | null;
  /** How it stands: the last link of the chain. */
  readonly words: string;
  /** The root cause first, how it stands last. */
  readonly chain: readonly ReasonView[];
  /** What else speaks for it or holds it back. */
  readonly also: readonly ReasonView[];
}

/** A run that was just started. */
export interface StartedRun {
  readonly run: string;
  readonly steps: number;
}

/** Something happened; what pages listen to. */
export type Change =
  | { readonly type: "asset"; readonly asset: AssetCard }
  | { readonly type: "run"; readonly run: RunSummary }
  | { readonly type: "step"; readonly run: string; readonly step: StepView }
  /** The log of the run has lines after what was read; they are fetched by {@link Service.logs}. */
  | { readonly type: "log"; readonly run: string }
  | { readonly type: "alert"; readonly alert: AlertView };

/**
 * The engine as seen by people. Names, partitions and runs that do not exist: reading methods of
 * one thing give `undefined`, acting methods throw an `UnknownName` or a `RangeError`.
 */
export interface Service
  extends
    AlertService,
    AlertRuleService,
    AutomationService,
    BackfillService,
    ConnectionService,
    CrewService,
    SimulationService,
    SteeringService {
  about(): Promise<About>;
  health(): Promise<HealthView>;
  overview(): Promise<Overview>;
  /** In the text format of Prometheus; `undefined` where nobody reads them. */
  metrics(): Promise<string | undefined>;
  lineage(): Promise<LineageView>;
  /** What a selection names, upstream first; everything if none is given. */
  assets(choice?: AssetChoice): Promise<readonly AssetCard[]>;
  asset(name: string): Promise<AssetView | undefined>;
  /** Newest first; `before` is the `id` of the last one seen. */
  history(
    name: string,
    options?: { readonly limit?: number | undefined; readonly before?: string | undefined },
  ): Promise<readonly MaterializationView[]>;
  /** From `from` on, or the latest `limit`. */
  partitions(
    name: string,
    options?: { readonly from?: string | undefined; readonly limit?: number | undefined },
  ): Promise<PartitionsView | undefined>;
  /** Of the newest slice if no partition is given, or of the newest that gives the asset its status. */
  why(name: string, partition?: string): Promise<WhyView | undefined>;
  jobs(): Promise<readonly JobView[]>;
  sensors(): Promise<readonly SensorView[]>;
  runs(filter?: RunFilter): Promise<RunsView>;
  run(id: string): Promise<RunView | undefined>;
  /** Oldest first; the last `limit` lines if `after` is not given. */
  logs(run: string, filter?: LogFilter): Promise<readonly LogLine[]>;
  /** Of the newest report if no partition is given; `undefined` if there is none. */
  quality(partition?: string): Promise<QualityView | undefined>;
  events(filter?: EventFilter): Promise<EventsView>;
  /**
   * Lets refused events be sent again, all or those with these `id`s; gives how many there were. They leave behind those
   * of their key that went on meanwhile.
   */
  sendAgain(ids?: readonly string[]): Promise<{ readonly events: number }>;
  plan(request: MaterializeRequest): Promise<PlanView>;
  materialize(request: MaterializeRequest): Promise<StartedRun>;
  trigger(
    job: string,
    options?: {
      readonly partition?: string | undefined;
      readonly triggeredBy?: string | undefined;
    },
  ): Promise<StartedRun>;
  /** Everything that happens from now on until the signal aborts. */
  changes(signal: AbortSignal): AsyncIterable<Change>;
}
