/**
 * Runs for people.
 *
 * @module
 */
import type { LogQuery } from "../../ledger/ledger.ts";
import type {
  AttemptRecord,
  LateResult,
  LogRecord,
  RunRecord,
  StepError,
  StepRecord,
} from "../../ledger/records.ts";
import type {
  AttemptView,
  ErrorView,
  LateView,
  LogLine,
  RunSummary,
  RunView,
  StepStatus,
  StepView,
} from "../views.ts";
import { instant, partitionOrNull } from "./words.ts";

const errorOf = (error: StepError | null): ErrorView | null =>
  error && { message: error.message, cause: error.causes, stack: error.stack };

/** A run in one line. */
export function summaryOf(run: RunRecord): RunSummary {
  return {
    id: run.id,
    status: run.state,
    job: run.job,
    title: run.title,
    partition: run.partition,
    triggeredBy: run.by && run.by !== run.trigger ? `${run.trigger} ${run.by}` : run.trigger,
    reason: run.reason,
    createdAt: instant(run.createdAt),
    startedAt: instant(run.startedAt),
    endedAt: instant(run.endedAt),
    steps: run.steps,
    error: run.error?.message ?? null,
    parent: run.parent,
    code: run.code,
    codeBefore: run.codeBefore,
  };
}

const ATTEMPT_STATUS: { readonly [S in AttemptRecord["state"]]: StepStatus } = {
  running: "running",
  success: "success",
  failed: "failed",
  lost: "failed",
  postponed: "waiting",
  cancelled: "cancelled",
};

const attemptOf = (a: AttemptRecord): AttemptView => ({
  attempt: a.attempt,
  status: ATTEMPT_STATUS[a.state],
  worker: a.worker,
  readyAt: instant(a.readyAt),
  startedAt: instant(a.startedAt),
  endedAt: instant(a.endedAt),
  error: errorOf(a.error),
  ...(a.late ? { late: lateOf(a.late) } : {}),
});

const lateOf = ({ at, state, error, ...late }: LateResult): LateView => ({
  ...late,
  at: instant(at),
  status: state,
  error: errorOf(error),
});

/**
 * The steps that decided how long the run took: from the one that ended last back, each time to the one it waited for
 * longest.
 */
export function criticalSteps(steps: readonly StepRecord[]): ReadonlySet<number> {
  const last = (of: readonly (StepRecord | undefined)[]) =>
    of.filter((s): s is StepRecord => Boolean(s?.endedAt && s.startedAt))
      .reduce<StepRecord | undefined>((a, b) => !a || b.endedAt! >= a.endedAt! ? b : a, undefined);
  const found = new Set<number>();
  for (let s = last(steps); s; s = last(s.needs.map((n) => steps[n]))) found.add(s.step);
  return found;
}

/** A step for people. */
export function stepOf(step: StepRecord, critical: ReadonlySet<number>): StepView {
  return {
    id: String(step.step),
    asset: step.asset,
    partition: partitionOrNull(step.partition),
    status: step.state,
    reason: step.reason,
    readyAt: instant(step.readyAt),
    startedAt: instant(step.startedAt),
    endedAt: instant(step.endedAt),
    attempts: step.attempts.map(attemptOf),
    needs: step.needs.map(String),
    critical: critical.has(step.step),
    error: errorOf(step.error),
  };
}

/** A run with its steps. */
export function runView(
  found: { readonly run: RunRecord; readonly steps: readonly StepRecord[] },
): RunView {
  const critical = criticalSteps(found.steps);
  return {
    run: summaryOf(found.run),
    steps: found.steps.map((s) => stepOf(s, critical)),
  };
}

/** Lines of a log; `assets` are those of the steps of the run. */
export function logLines(
  lines: readonly (LogRecord & { readonly id: string })[],
  assets: readonly string[],
): readonly LogLine[] {
  return lines.map((line) => ({
    id: line.id,
    at: instant(line.at),
    step: line.step === null ? null : String(line.step),
    asset: line.step === null ? null : assets[line.step] ?? null,
    level: line.level,
    message: line.message,
    fields: line.fields,
  }));
}

/** Whether a text can be the id of a run; what cannot is not asked for. */
export const isRunId = (text: string): boolean => /^\d{1,18}$/.test(text);

/** Reads which lines are asked for; undefined if the step is not one. */
export function logQuery(
  run: string,
  filter: {
    readonly step?: string | undefined;
    readonly after?: string | undefined;
    readonly limit?: number | undefined;
  },
): LogQuery | undefined {
  const { step, after, limit = 500 } = filter;
  if (step === undefined) return { run, after, limit };
  return /^\d{1,9}$/.test(step) ? { run, step: Number(step), after, limit } : undefined;
}
