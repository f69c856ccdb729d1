import type { JSX } from "hono/jsx/jsx-runtime";
import type { LogLine, Run as RunData, Runs, Step } from "../client.ts";
import { Gantt } from "../parts/gantt.tsx";
import { Icon } from "../parts/icon.tsx";
import { Page, type Shell } from "../parts/page.tsx";
import { progress } from "../parts/runs.tsx";
import { assetHref, Pill, runHref } from "../parts/status.tsx";
import {
  ago,
  clock,
  duration,
  elapsed,
  fieldsText,
  lateResults,
  minute,
  statusWords,
} from "../words.ts";

interface RunProps {
  readonly shell: Shell;
  readonly view: RunData;
  /** `hidden`: the reader may not see it. */
  readonly log: readonly LogLine[] | "hidden";
  /** The latest runs, for the list at the side. */
  readonly latest: Runs;
}

/** One run: what it does, over time, what it wrote, and what went wrong. */
export function Run({ shell, view, log, latest }: RunProps): JSX.Element {
  const { run } = view;
  return (
    <Page
      shell={shell}
      title={`Run ${run.id}`}
      at="Runs"
      scripts={["run"]}
      refresh="run step"
      about={JSON.stringify([run.id])}
      {...(run.endedAt === null ? { every: 2_000 } : {})}
    >
      <div class="runs">
        <RunList latest={latest} current={run.id} now={shell.now} />
        <section class="detail" aria-label={`Run ${run.id}`}>
          <div class="detail-top" data-region="run">
            <Head view={view} />
            <Figures view={view} now={shell.now} />
            <Errors steps={view.steps} />
            <LateResults steps={view.steps} />
            <Gantt view={view} now={shell.now} />
          </div>
          <Log run={run.id} log={log} />
        </section>
      </div>
    </Page>
  );
}

function RunList(
  { latest, current, now }: {
    readonly latest: Runs;
    readonly current: string;
    readonly now: Date;
  },
): JSX.Element {
  return (
    <section class="list" aria-label="Latest runs" data-region="list">
      <h2>
        <a href="/runs">Runs</a>
      </h2>
      <ul>
        {latest.runs.map((run) => (
          <li>
            <a
              href={runHref(run.id)}
              class={run.id === current ? "on" : ""}
              aria-current={run.id === current ? "true" : undefined}
            >
              <Pill status={run.status} />
              <code>{run.id}</code>
              <span class="what">{run.title}</span>
              <small>
                {run.triggeredBy} · {ago(run.createdAt, now)} ·{" "}
                {elapsed(run.startedAt, run.endedAt, now)}
              </small>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Head({ view: { run } }: { readonly view: RunData }): JSX.Element {
  const over = run.endedAt !== null;
  return (
    <header class="rh">
      <div>
        <h1>
          <code>{run.id}</code> {run.title} <Pill status={run.status} />
        </h1>
        <p class="dim">
          {run.startedAt === null ? "Queued" : `Started ${minute(run.startedAt)} UTC`} by{" "}
          <b>{run.triggeredBy}</b>
          {run.partition !== null && (
            <>
              {" · "}partition <b>{run.partition}</b>
            </>
          )}
          {" · "}
          {run.reason}
          {run.codeBefore !== null && (
            <>
              {" · "}began with code <code>{run.codeBefore}</code>, went on with{" "}
              <code>{run.code}</code>
            </>
          )}
          {run.parent !== null && (
            <>
              {" · "}runs <a href={runHref(run.parent)}>run {run.parent}</a> again
            </>
          )}
        </p>
      </div>
      <span class="grow" />
      {over && <RunAgain run={run} />}
      {!over && (
        <button type="button" class="btn danger" data-run-action="cancel" data-run={run.id}>
          Cancel run
        </button>
      )}
    </header>
  );
}

/** What did not succeed at one click; everything, or some of it, by a small form. */
function RunAgain({ run }: { readonly run: RunData["run"] }): JSX.Element {
  return (
    <>
      {run.status !== "success" && (
        <button type="button" class="btn" data-run-action="retry" data-run={run.id}>
          Run the rest again
        </button>
      )}
      <details class="menu">
        <summary class="btn">Run again…</summary>
        <form data-rerun={run.id} aria-label={`Run ${run.id} again`}>
          <label>
            <span>Steps</span>
            <select name="which">
              <option value="all">all of them</option>
              <option value="failed">what did not succeed</option>
              <option value="only">those of these assets:</option>
            </select>
          </label>
          <label>
            <span>Assets</span>
            <input name="only" placeholder="group:models" autocomplete="off" />
          </label>
          <label class="chk">
            <input type="checkbox" name="downstream" /> and what needs them
          </label>
          <label class="chk">
            <input type="checkbox" name="same" /> with the inputs that it read
          </label>
          <button type="submit" class="btn primary">Run again</button>
        </form>
      </details>
    </>
  );
}

function Figures({ view, now }: { readonly view: RunData; readonly now: Date }): JSX.Element {
  const { run, steps } = view;
  const at = (instant: string | null) => instant === null ? now.getTime() : Date.parse(instant);
  const started = steps.filter((step) => step.startedAt !== null);
  const worked = started.reduce((sum, s) => sum + at(s.endedAt) - at(s.startedAt), 0);
  const waited = started.reduce((sum, s) => sum + at(s.startedAt) - at(s.readyAt), 0);
  const wall = run.startedAt === null ? 0 : at(run.endedAt) - at(run.startedAt);
  const figures: readonly (readonly [string, string])[] = [
    [elapsed(run.startedAt, run.endedAt, now), "elapsed"],
    [progress(run), "steps done"],
    [wall === 0 ? "—" : `${(worked / wall).toFixed(1)}×`, "in parallel"],
    [duration(waited), "waiting for workers"],
  ];
  return (
    <dl class="kpis">
      {figures.map(([value, name]) => (
        <div>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Errors({ steps }: { readonly steps: readonly Step[] }): JSX.Element {
  return (
    <>
      {steps.map(({ error, asset, partition, attempts, status }) =>
        error !== null && (
          <section class="cardx causes failed" aria-label={`Error of ${asset}`}>
            <div class="ch">
              <h2>
                <a href={assetHref(asset)}>{asset}</a> {statusWords[status]?.toLowerCase()}
              </h2>
              <small class="dim">
                {partition !== null && `[${partition}] `}after {attempts.length}{" "}
                attempt{attempts.length === 1 ? "" : "s"}
              </small>
            </div>
            <p class="error">{error.message}</p>
            {error.cause.map((cause) => <p class="because">because: {cause}</p>)}
            {error.stack !== null && (
              <details class="more">
                <summary>Stack</summary>
                <pre tabindex={0}>{error.stack}</pre>
              </details>
            )}
          </section>
        )
      )}
    </>
  );
}

/** What workers offered for attempts that had been taken from them. */
function LateResults({ steps }: { readonly steps: readonly Step[] }): JSX.Element | null {
  const found = lateResults(steps);
  if (found.length === 0) return null;
  return (
    <section class="cardx causes" aria-label="Late results">
      <div class="ch">
        <h2>Refused</h2>
        <small class="dim">they came after the step had been given to another worker</small>
      </div>
      {found.map((text) => <p class="because">{text}</p>)}
    </section>
  );
}

function Log({ run, log }: Pick<RunProps, "log"> & { readonly run: string }): JSX.Element {
  const lines = log === "hidden" ? [] : log;
  return (
    <section class="logs" aria-label="Log">
      <div class="lbar" id="log-bar" hidden>
        <h2>Log</h2>
        <label class="search sm">
          <Icon name="search" />
          <span class="vh">Filter log</span>
          <input id="log-query" type="search" placeholder="Filter log…" autocomplete="off" />
        </label>
        <span class="seg" role="group" aria-label="Level">
          {[["all", "All"], ["event", "Events"], ["warn", "Warnings"], ["error", "Errors"]].map((
            [level, word],
          ) => (
            <button type="button" data-level={level} aria-pressed={String(level === "all")}>
              {word}
            </button>
          ))}
        </span>
        <span class="grow" />
        <label class="chk">
          <input type="checkbox" id="log-follow" checked /> Follow
        </label>
      </div>
      <div
        class="lines"
        id="lines"
        role="log"
        aria-label="Lines"
        aria-live="off"
        tabindex={0}
        data-run={log === "hidden" ? undefined : run}
        data-after={lines.at(-1)?.id ?? "0"}
      >
        {lines.length === 0 && (
          <p class="dim nothing">
            {log === "hidden" ? "Your role does not show logs" : "Nothing written yet"}
          </p>
        )}
        {lines.map((line) => (
          <div class={`ln ${line.level}`} data-level={line.level}>
            <time>{clock(line.at)}</time>
            <b>{line.asset ?? "—"}</b>
            <span class="lv">{line.level}</span>
            <span>{line.message}</span>
            {line.fields && <span class="dim fields">{fieldsText(line.fields)}</span>}
          </div>
        ))}
      </div>
    </section>
  );
}
