import type { JSX } from "hono/jsx/jsx-runtime";
import type { Run, Step } from "../client.ts";
import { assetHref, look } from "./status.tsx";
import { duration, elapsed, statusWords } from "../words.ts";

type Attempt = Step["attempts"][number];

/** A piece of a bar, in percent of the whole run. */
export interface Bar {
  readonly left: number;
  readonly width: number;
}

/** What of `[origin, origin + total]` lies between two instants, in percent. */
export function bar(from: number, to: number, origin: number, total: number): Bar {
  const left = Math.max(0, Math.min(100, 100 * (from - origin) / total));
  const right = Math.max(left, Math.min(100, 100 * (to - origin) / total));
  return { left: round(left), width: round(right - left) };
}

/** Steps over time: waiting hatched, attempts as bars, the critical path underlined. */
export function Gantt({ view, now }: { readonly view: Run; readonly now: Date }): JSX.Element {
  const origin = Date.parse(view.run.startedAt ?? view.run.createdAt);
  const ended = view.run.endedAt === null ? now.getTime() : Date.parse(view.run.endedAt);
  const total = Math.max(1, ended - origin);
  const ticks = [0, 1, 2, 3, 4, 5, 6].map((i) => ({ at: i / 6, text: duration(total * i / 6) }));
  return (
    <section class="gantt" aria-label="Steps over time">
      <div class="gaxis" aria-hidden="true">
        <span>Step</span>
        <span class="ax">
          {ticks.map(({ at, text }) => <em style={`left:${at * 100}%`}>{text}</em>)}
        </span>
        <span>Time</span>
      </div>
      <ol class="plain">
        {view.steps.map((step) => (
          <GanttRow run={view.run.id} step={step} origin={origin} total={total} now={now} />
        ))}
      </ol>
      <p class="gkey" aria-hidden="true">
        <i class="k wait" />waiting
        <i class="k fresh" />done
        <i class="k running" />running
        <i class="k failed" />failed
        <i class="k crit" />critical path
      </p>
    </section>
  );
}

/** Statuses of a step that can still be cancelled. */
const OPEN = new Set<Step["status"]>(["waiting", "queued", "running"]);

interface RowProps {
  readonly step: Step;
  readonly origin: number;
  readonly total: number;
  readonly now: Date;
}

function GanttRow(
  { run, step, origin, total, now }: RowProps & { readonly run: string },
): JSX.Element {
  const name = step.partition === null ? step.asset : `${step.asset} [${step.partition}]`;
  const critical = step.critical ? ", on the critical path" : "";
  const tries = step.attempts.length > 1 ? `, ${step.attempts.length} attempts` : "";
  return (
    <li class="grow-row" title={step.reason}>
      <a class={`gname ${look(step.status)}`} href={assetHref(step.asset)}>
        <i />
        <span>{step.asset}</span>
        <span class="vh">
          {step.partition !== null && ` [${step.partition}]`}, {statusWords[step.status]}
          {tries}
          {critical}
        </span>
      </a>
      <span class="track" aria-hidden="true">
        {step.attempts.map((attempt) => (
          <AttemptBars attempt={attempt} step={step} origin={origin} total={total} now={now} />
        ))}
      </span>
      <span class="gdur">
        {elapsed(step.startedAt, step.endedAt, now)}
        {OPEN.has(step.status) && (
          <button
            type="button"
            class="stop"
            title="Cancel this step"
            aria-label={`Cancel ${name}`}
            data-run-action="cancel"
            data-run={run}
            data-step={step.id}
          >
            ×
          </button>
        )}
      </span>
    </li>
  );
}

function AttemptBars(
  { attempt, step, origin, total, now }: RowProps & { readonly attempt: Attempt },
): JSX.Element | null {
  const at = (instant: string | null) => instant === null ? now.getTime() : Date.parse(instant);
  if (attempt.readyAt === null) return null;
  const wait = bar(at(attempt.readyAt), at(attempt.startedAt), origin, total);
  const work = bar(at(attempt.startedAt), at(attempt.endedAt), origin, total);
  const last = attempt === step.attempts.at(-1);
  const shape = `run ${look(attempt.status)}${step.critical && last ? " crit" : ""}`;
  const text = step.attempts.length > 1 ? `attempt ${attempt.attempt}` : "";
  return (
    <>
      {wait.width > 0.2 && <i class="wait" style={place(wait)} />}
      {attempt.startedAt !== null && (
        <i class={shape} style={place(work)}>
          {text !== "" && work.width > 9 && <span>{text}</span>}
        </i>
      )}
    </>
  );
}

function place({ left, width }: Bar): string {
  return `left:${left}%;width:max(3px,${width}%)`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
