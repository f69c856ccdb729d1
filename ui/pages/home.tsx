import type { JSX } from "hono/jsx/jsx-runtime";
import type { About, Health, Overview } from "../client.ts";
import { Page, type Shell } from "../parts/page.tsx";
import { AlertList } from "../parts/alerts.tsx";
import { RunTable } from "../parts/runs.tsx";
import { assetHref, look, runHref, statusOrder } from "../parts/status.tsx";
import { ago, count, many, minute, statusWords, until } from "../words.ts";

interface HomeProps {
  readonly shell: Shell;
  readonly about: About;
  readonly health: Health;
  readonly overview: Overview;
}

/** Is all well? */
export function Home({ shell, about, health, overview }: HomeProps): JSX.Element {
  return (
    <Page shell={shell} title="Home" at="Home" refresh="asset run alert">
      <div class="page" data-region="home">
        <Verdict overview={overview} health={health} />
        <Tiles overview={overview} />
        <div class="grid">
          <section class="c-main">
            <Failures overview={overview} shell={shell} />
            <div class="cardx">
              <div class="ch">
                <h2>Latest runs</h2>
                <span class="grow" />
                <a href="/runs">All runs</a>
              </div>
              <RunTable runs={overview.recentRuns} now={shell.now} />
            </div>
          </section>
          <section class="c-side">
            <NextTicks overview={overview} shell={shell} />
            <div class="cardx">
              <div class="ch">
                <h2>Open alerts</h2>
                <span class="grow" />
                <a href="/alerts">All alerts</a>
              </div>
              <AlertList alerts={overview.openAlerts} now={shell.now} none="None" />
            </div>
            <Standing about={about} health={health} shell={shell} />
          </section>
        </div>
      </div>
    </Page>
  );
}

function Verdict(
  { overview, health }: { readonly overview: Overview; readonly health: Health },
): JSX.Element {
  const { assets, freshness, failingChecks } = overview;
  const down = health.dependencies.filter((dependency) => !dependency.ok);
  const wrong = [
    ...down.map((dependency) => `${dependency.name} is down`),
    assets.failed > 0 ? `${many(assets.failed, "asset")} failed` : "",
    freshness.late > 0 ? `${count(freshness.late)} late` : "",
    failingChecks.length > 0 ? `${many(failingChecks.length, "check")} failing` : "",
  ].filter((text) => text !== "");
  const well = wrong.length === 0;
  return (
    <header class={`verdict ${well ? "fresh" : "failed"}`}>
      <i />
      <div>
        <h1>{well ? "All is well" : "Something needs you"}</h1>
        <p class="dim">
          {well ? "Nothing failed, nothing is late, every check passes" : wrong.join(" · ")}
        </p>
      </div>
    </header>
  );
}

function Tiles({ overview }: { readonly overview: Overview }): JSX.Element {
  return (
    <ul class="tiles" aria-label="Assets by status">
      {statusOrder.map((status) => (
        <li>
          <a class={`tile ${status}`} href={`/assets?status=${status}`}>
            <b>{count(overview.assets[status])}</b>
            <span>
              <i />
              {statusWords[status]}
            </span>
          </a>
        </li>
      ))}
      <li>
        <a class="tile failed" href="/assets?freshness=late">
          <b>{count(overview.freshness.late)}</b>
          <span>
            <i />Late
          </span>
        </a>
      </li>
      <li>
        <a class="tile running" href="/runs?status=running">
          <b>{count(overview.runs.running)}</b>
          <span>
            <i />Runs now
          </span>
        </a>
      </li>
    </ul>
  );
}

function Failures(
  { overview, shell }: { readonly overview: Overview; readonly shell: Shell },
): JSX.Element {
  const { recentFailures, failingChecks } = overview;
  return (
    <div class="cardx">
      <div class="ch">
        <h2>What went wrong last</h2>
      </div>
      {recentFailures.length + failingChecks.length === 0 && <p class="dim">Nothing</p>}
      <ul class="checks">
        {recentFailures.map((failure) => (
          <li>
            <i class="failed" />
            <div>
              <a href={assetHref(failure.asset)}>{failure.asset}</a>
              {failure.partition && <em>{failure.partition}</em>}
              <p class="error">{failure.message}</p>
              <small>
                <a href={runHref(failure.run)}>run {failure.run}</a> · {ago(failure.at, shell.now)}
              </small>
            </div>
          </li>
        ))}
        {failingChecks.map((check) => (
          <li>
            <i class={check.severity === "warning" ? "stale" : "failed"} />
            <div>
              <a href={assetHref(check.asset)}>{check.asset}</a>
              <em>check {check.name}, {check.severity}</em>
              <p>{check.message}</p>
              <small>{ago(check.at, shell.now)}</small>
            </div>
          </li>
        ))}
      </ul>
    </div>
  );
}

function NextTicks(
  { overview, shell }: { readonly overview: Overview; readonly shell: Shell },
): JSX.Element {
  return (
    <div class="cardx">
      <div class="ch">
        <h2>Next</h2>
        <span class="grow" />
        <a href="/automation">Automation</a>
      </div>
      <ul class="next">
        {overview.jobs.map((job) => {
          const tick = job.nextTicks[0];
          return (
            <li>
              <a href={`/automation#${job.name}`}>{job.name}</a>
              <span class="dim" title={tick === undefined ? undefined : minute(tick)}>
                {tick === undefined ? "off" : until(tick, shell.now)}
              </span>
              {job.last && (
                <small>
                  <a class={`tag ${look(job.last.status)}`} href={runHref(job.last.run)}>
                    <i />
                    {statusWords[job.last.status]} {ago(job.last.at, shell.now)}
                  </a>
                </small>
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function Standing(
  { about, health, shell }: {
    readonly about: About;
    readonly health: Health;
    readonly shell: Shell;
  },
): JSX.Element {
  const inUse: Readonly<Record<string, string>> = {
    postgres: `PostgreSQL, ${about.adapters.postgres}`,
    redis: about.adapters.online === "redis" ? "Redis" : "tables in PostgreSQL",
    kafka: about.adapters.events === "kafka" ? "Kafka" : "outbox in PostgreSQL",
    objects: about.adapters.objects,
  };
  return (
    <div class="cardx">
      <div class="ch">
        <h2>Stands on</h2>
      </div>
      <dl>
        <dt>facts</dt>
        <dd>{inUse.postgres}</dd>
        <dt>online features</dt>
        <dd>{inUse.redis}</dd>
        <dt>events</dt>
        <dd>{inUse.kafka}</dd>
        <dt>objects</dt>
        <dd>{inUse.objects}</dd>
        <dt>workers</dt>
        <dd>{count(about.counts.workers)}</dd>
        <dt>version</dt>
        <dd>
          {about.version}, up since {ago(about.startedAt, shell.now)}
        </dd>
      </dl>
      <ul class="checks standing">
        {health.dependencies.map((dependency) => (
          <li>
            <i class={dependency.ok ? "fresh" : "failed"} />
            <div>
              <b>{dependency.name}</b>
              <small>{dependency.detail}</small>
            </div>
          </li>
        ))}
      </ul>
    </div>
  );
}
