import type { JSX } from "hono/jsx/jsx-runtime";
import type { Job, Sensor } from "../client.ts";
import { Icon } from "../parts/icon.tsx";
import { Page, type Shell } from "../parts/page.tsx";
import { look, runHref } from "../parts/status.tsx";
import { ago, duration, many, minute, statusWords, until } from "../words.ts";

interface AutomationProps {
  readonly shell: Shell;
  readonly jobs: readonly Job[];
  readonly sensors: readonly Sensor[];
}

/** What runs by itself: jobs with their schedules, and sensors. */
export function Automation({ shell, jobs, sensors }: AutomationProps): JSX.Element {
  return (
    <Page shell={shell} title="Automation" at="Automation" scripts={["asset"]} refresh="run">
      <div class="page">
        <header class="ah">
          <h1>Automation</h1>
          <span class="grow" />
          <a class="btn" href="/plan">What would run now</a>
          <a class="btn" href="/automation/ahead">Days to come</a>
        </header>
        <div data-region="automation">
          <h2 class="section">Jobs</h2>
          <div class="cards">{jobs.map((job) => <JobCard job={job} now={shell.now} />)}</div>
          <h2 class="section">Sensors</h2>
          {sensors.length === 0 && <p class="dim">No sensor is declared</p>}
          <div class="cards">
            {sensors.map((sensor) => <SensorCard sensor={sensor} now={shell.now} />)}
          </div>
        </div>
      </div>
    </Page>
  );
}

/** Pauses or resumes; where it stands is kept. */
function Switch(
  { name, paused }: { readonly name: string; readonly paused: boolean },
): JSX.Element {
  return (
    <button
      type="button"
      class="btn sm"
      data-switch={name}
      data-to={paused ? "resumed" : "paused"}
      aria-pressed={paused ? "true" : "false"}
    >
      {paused ? "Resume" : "Pause"}
      <span class="vh">: {name.replace(":", " ")}</span>
    </button>
  );
}

const CATCH_UP = {
  none: "are left alone",
  latest: "the newest is caught up",
  all: "all are caught up",
} as const;

function JobCard({ job, now }: { readonly job: Job; readonly now: Date }): JSX.Element {
  return (
    <section class="cardx" id={job.name}>
      <div class="ch">
        <h3>{job.name}</h3>
        <span class="grow" />
        {job.cron !== null && <Switch name={`schedule:${job.name}`} paused={job.paused} />}
        <button type="button" class="btn sm" data-trigger={job.name}>
          <Icon name="play" />Run now<span class="vh">: {job.name}</span>
        </button>
      </div>
      <p class="dim">{job.description}</p>
      <dl>
        <dt>schedule</dt>
        <dd>
          {job.cron === null ? "none" : <code>{job.cron}</code>} {job.timezone}
          {job.jitterSeconds > 0 && `, spread over ${duration(job.jitterSeconds * 1000)}`}
          {!job.enabled && <b class="switched-off">{job.paused ? "paused" : "off"}</b>}
        </dd>
        <dt>next</dt>
        <dd>
          {job.nextTicks.length === 0
            ? "—"
            : job.nextTicks.slice(0, 3).map((tick, i) => (
              <span class="block">{minute(tick)}{i === 0 && `, ${until(tick, now)}`}</span>
            ))}
        </dd>
        {job.cron !== null && (
          <>
            <dt>missed ticks</dt>
            <dd>{CATCH_UP[job.catchUp]}</dd>
          </>
        )}
        {job.lastTick !== null && (
          <>
            <dt>last tick</dt>
            <dd>
              {job.lastTick.outcome === "failed" && (
                <span class="pill failed">
                  <i />Failed
                </span>
              )} {job.lastTick.result}
            </dd>
          </>
        )}
        <dt>last run</dt>
        <dd>
          {job.last === null
            ? "never"
            : (
              <a class={`tag ${look(job.last.status)}`} href={runHref(job.last.run)}>
                <i />
                {statusWords[job.last.status]} {ago(job.last.at, now)}
              </a>
            )}
        </dd>
        <dt>makes</dt>
        <dd>
          {many(job.assets, "asset")}, <code>{job.selection}</code>
        </dd>
      </dl>
      <p class="more">
        <a href={`/runs?job=${encodeURIComponent(job.name)}`}>
          Runs of {job.name}
        </a>
      </p>
    </section>
  );
}

function SensorCard({ sensor, now }: { readonly sensor: Sensor; readonly now: Date }): JSX.Element {
  const looks = { requested: "fresh", skipped: "missing", failed: "failed" } as const;
  const words = {
    requested: "Requested runs",
    skipped: "Nothing to do",
    failed: "Failed",
  } as const;
  const outcome = sensor.lastOutcome;
  return (
    <section class="cardx" id={sensor.name}>
      <div class="ch">
        <h3>{sensor.name}</h3>
        {!sensor.enabled && <b class="switched-off">{sensor.paused ? "paused" : "off"}</b>}
        <span class="grow" />
        {outcome !== null && (
          <span class={`pill ${looks[outcome]}`}>
            <i />
            {words[outcome]}
            {sensor.failures > 1 && ` ${sensor.failures} times in a row`}
          </span>
        )}
        <Switch name={`sensor:${sensor.name}`} paused={sensor.paused} />
      </div>
      <p class="dim">{sensor.description}</p>
      <dl>
        <dt>looks every</dt>
        <dd>{duration(sensor.intervalSeconds * 1000)}</dd>
        <dt>last looked</dt>
        <dd>{ago(sensor.lastTickAt, now)}</dd>
        <dt>next</dt>
        <dd>{sensor.nextTickAt === null ? "—" : until(sensor.nextTickAt, now)}</dd>
        <dt>cursor</dt>
        <dd>{sensor.cursor === null ? "none" : <code>{sensor.cursor}</code>}</dd>
      </dl>
      {sensor.lastResult !== null && (
        <p class="more">
          {sensor.lastResult}
          {sensor.lastRun !== null && (
            <>
              {" · "}
              <a href={runHref(sensor.lastRun)}>run {sensor.lastRun}</a>
            </>
          )}
        </p>
      )}
    </section>
  );
}
