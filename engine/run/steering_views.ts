/**
 * What people may ask of runs that are there: to end, or to be run again.
 *
 * @module
 */
import type { Duration } from "../declare/duration.ts";
import type { RunStatus, RunSummary, StartedRun } from "./views.ts";

/** Which steps of a run are run again, and from what. */
export interface RerunRequest {
  /** What did not succeed, or everything. @default {"failed"} */
  readonly which?: "failed" | "all" | undefined;
  /** Only steps of these assets, whatever became of them: a selection. */
  readonly only?: string | undefined;
  /** Also the steps of the run that need those. */
  readonly downstream?: boolean | undefined;
  /** The visible versions, or those that the run read. @default {"newest"} */
  readonly inputs?: "newest" | "same" | undefined;
  /** Who asks: `ui`, `cli`, `api` or a name. */
  readonly triggeredBy?: string | undefined;
}

/** Who ends something. */
export interface CancelRequest {
  /** Kept with what is ended, and shown. */
  readonly by?: string | undefined;
}

/** Which runs; everything given must hold. */
export interface RunsChoice {
  /** Where they stand. */
  readonly status?: RunStatus | undefined;
  /** Of this job. */
  readonly job?: string | undefined;
  /** With a step of these assets, which did not succeed if it is about running again: a selection. */
  readonly selection?: string | undefined;
  /** Asked for longer ago than this. */
  readonly olderThan?: Duration | undefined;
  /** Asked for at or after this day or instant; UTC. */
  readonly since?: string | undefined;
}

/** Doing something with many runs. */
export interface ManyRunsRequest extends RunsChoice {
  /** Only tell which they are. */
  readonly dryRun?: boolean | undefined;
  /** How many they have to be: refused, and nothing done, if they are not as many any more. */
  readonly expect?: number | undefined;
  /** Who asks. */
  readonly by?: string | undefined;
}

/** What came of it. */
export interface ManyRunsView {
  /** How many runs are meant, exactly. */
  readonly matched: number;
  /** The first of them, newest first. */
  readonly runs: readonly RunSummary[];
  /** What was done: `started` is the new run where it was run again. */
  readonly done: readonly { readonly run: string; readonly started: string | null }[];
  /** What was not, and why: it ended meanwhile, or an asset of it is not declared any more. */
  readonly refused: readonly { readonly run: string; readonly why: string }[];
}

/** Steering runs, as {@link Service} does it. */
export interface SteeringService {
  /** Ends a run: what waits at once, what runs when its worker hears of it. */
  cancel(run: string, request?: CancelRequest): Promise<void>;
  /** Ends one step, by its id or as `asset@partition`; what needs it is skipped, the rest of the run goes on. */
  cancelStep(run: string, step: string, request?: CancelRequest): Promise<void>;
  /** Starts a new run of steps of one that has ended. */
  retry(run: string, request?: RerunRequest): Promise<StartedRun>;
  /** Ends all runs that are meant; queued and running ones unless `status` says which. */
  cancelRuns(request: ManyRunsRequest): Promise<ManyRunsView>;
  /** Runs again what did not succeed in runs; failed ones unless `status` says which. Those that were run again already are not meant. */
  retryRuns(request: ManyRunsRequest): Promise<ManyRunsView>;
}
