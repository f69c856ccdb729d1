import type { JSX } from "hono/jsx/jsx-runtime";
import type {
  Asset as AssetData,
  AssetCounts,
  Check,
  Evaluations as EvaluationsData,
  History,
  Partitions,
  Why,
} from "../client.ts";
import { Evaluations } from "../parts/evaluations.tsx";
import { Icon } from "../parts/icon.tsx";
import { Page, type Shell } from "../parts/page.tsx";
import { Plots, seriesOf } from "../parts/plots.tsx";
import { AssetTags, Pill, runHref } from "../parts/status.tsx";
import { PromiseTrack } from "../parts/promise_track.tsx";
import { PartitionStrip } from "../parts/strip.tsx";
import { ago, count, duration, plain } from "../words.ts";

interface AssetProps {
  readonly shell: Shell;
  readonly asset: AssetData;
  readonly history: History;
  readonly partitions: Partitions;
  /** Null while no slice of it has ended. */
  readonly why: Why | null;
  readonly evaluations: EvaluationsData;
}

/** Everything about one asset in one view. */
export function Asset(
  { shell, asset, history, partitions, why, evaluations }: AssetProps,
): JSX.Element {
  const { card } = asset;
  const about = [card, ...asset.upstream, ...asset.downstream].map((one) => one.name);
  return (
    <Page
      shell={shell}
      title={card.name}
      at="Assets"
      scripts={["asset"]}
      refresh="asset"
      about={JSON.stringify(about)}
    >
      <div class="page">
        <nav class="crumbs" aria-label="Breadcrumb">
          <a href="/assets">Assets</a> /{" "}
          <a href={`/assets?q=group:${encodeURIComponent(card.group)}`}>{card.group}</a>
        </nav>
        <Head asset={asset} partitions={partitions} />
        <div class="grid">
          <section class="c-main" data-region="main">
            <Causes asset={asset} why={why} shell={shell} />
            <PromiseTrack asset={asset} />
            {asset.partitioning !== null && (
              <PartitionStrip view={partitions} kind={asset.partitioning.kind} now={shell.now} />
            )}
            <Plots series={seriesOf(history)} />
            <Materializations history={history} shell={shell} />
            <Evaluations found={evaluations} now={shell.now} />
          </section>
          <section class="c-side" data-region="side">
            <Checks checks={asset.checks} shell={shell} />
            <div class="cardx">
              <div class="ch">
                <h2>Upstream</h2>
              </div>
              <AssetTags cards={asset.upstream} none="It is a source" />
              <div class="ch gap">
                <h2>Downstream</h2>
              </div>
              <AssetTags cards={asset.downstream} none="Nothing is made from it" />
            </div>
            <Latest asset={asset} />
            <Declared asset={asset} />
          </section>
        </div>
      </div>
    </Page>
  );
}

function Head(
  { asset, partitions }: { readonly asset: AssetData; readonly partitions: Partitions },
): JSX.Element {
  const { card, partitioning } = asset;
  const keys = partitions.partitions.map((partition) => partition.key).toReversed();
  return (
    <>
      <header class="ah">
        <h1>{card.name}</h1>
        <span data-region="status">
          <Pill status={card.status} asset={card.name} />
        </span>
        <span class="kind">{card.kind}</span>
        <span class="grow" />
        <form class="mat" data-materialize={card.name}>
          {partitioning !== null && (
            <label class="pick">
              <span>Partition</span>
              <select name="partition">
                {keys.map((key, i) => (
                  <option value={key} selected={i === 0}>
                    {i === 0 ? `${key} (latest)` : key}
                  </option>
                ))}
              </select>
            </label>
          )}
          {partitioning !== null && unbuilt(partitioning.counts) > 0 && (
            <button type="button" class="btn" data-fill={card.name}>
              Build missing and failed <b>{count(unbuilt(partitioning.counts))}</b>
            </button>
          )}
          <a class="btn" href={`/plan?q=${encodeURIComponent(`+${card.name}`)}`}>
            Plan<span class="vh">: what would run for {card.name}</span>
          </a>
          <button type="submit" class="btn primary">
            <Icon name="play" />Materialize
          </button>
        </form>
      </header>
      <p class="dim lead">
        {sentence(asset.description)}
        {asset.owners.length > 0 && (
          <>
            {" "}
            Owned by <b>{asset.owners.join(", ")}</b>.
          </>
        )}
      </p>
    </>
  );
}

const unbuilt = (counts: AssetCounts) => counts.missing + counts.failed + counts.blocked;

function Causes(
  { asset, why, shell }: {
    readonly asset: AssetData;
    readonly why: Why | null;
    readonly shell: Shell;
  },
): JSX.Element | null {
  const { card, lastFailure } = asset;
  const causes = card.causes.filter((cause) => cause !== lastFailure?.message);
  const isFresh = card.status === "fresh" && asset.card.freshness !== "late";
  if (causes.length === 0 && lastFailure === null && (isFresh || why === null)) return null;
  return (
    <div class={`cardx causes ${card.status}`}>
      <div class="ch">
        <h2>Why it is {card.statusWord.toLowerCase()}</h2>
      </div>
      <ul class="plain">{causes.map((cause) => <li>{cause}</li>)}</ul>
      {why !== null && <Chain why={why} />}
      {lastFailure !== null && (
        <p>
          <span class="error">{lastFailure.message}</span>{" "}
          <small class="dim">
            {lastFailure.partition !== null && `[${lastFailure.partition}] `}
            {ago(lastFailure.at, shell.now)},{" "}
            <a href={runHref(lastFailure.run)}>run {lastFailure.run}</a>
          </small>
        </p>
      )}
    </div>
  );
}

/** A description ends like one, so that what follows does not run into it. */
const sentence = (text: string): string => text === "" || /[.!?]$/.test(text) ? text : `${text}.`;

/** One causal chain: what began it first. */
function Chain({ why }: { readonly why: Why }): JSX.Element {
  return (
    <details class="why">
      <summary>Root cause: {why.chain[0]?.words}</summary>
      <ol>
        {why.chain.map((link) => (
          <li>
            {link.words}
            {link.run !== null && (
              <>
                {" "}
                <a href={runHref(link.run)}>run {link.run}</a>
              </>
            )}
          </li>
        ))}
      </ol>
      {why.also.length > 0 && (
        <>
          <p class="dim">Also</p>
          <ul class="plain">{why.also.map((link) => <li>{link.words}</li>)}</ul>
        </>
      )}
    </details>
  );
}

function Materializations(
  { history, shell }: { readonly history: History; readonly shell: Shell },
): JSX.Element {
  return (
    <div class="cardx">
      <div class="ch">
        <h2>Materializations</h2>
        <span class="grow" />
        <a href="/runs">All runs</a>
      </div>
      {history.length === 0 && <p class="dim">It was never built</p>}
      <div class="scroll tall" role="region" aria-label="Materializations" tabindex={0}>
        <table hidden={history.length === 0}>
          <thead>
            <tr>
              <th>Partition</th>
              <th>Run</th>
              <th class="n">Rows</th>
              <th class="n">Duration</th>
              <th>Code</th>
              <th>Data</th>
              <th class="n">When</th>
            </tr>
          </thead>
          <tbody>
            {history.slice(0, 20).map((entry) => (
              <tr>
                <td>{entry.partition ?? "—"}</td>
                <td>
                  <a href={runHref(entry.run)}>
                    <code>{entry.run}</code>
                  </a>
                </td>
                <td class="n">{plain(entry.metadata.rows ?? "—")}</td>
                <td class="n">{duration(entry.durationMs)}</td>
                <td>
                  <code>{entry.codeVersion.slice(0, 8)}</code>
                </td>
                <td>
                  <code>{entry.dataVersion.slice(0, 8)}</code>
                </td>
                <td class="n nowrap">{ago(entry.at, shell.now)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function Checks(
  { checks, shell }: { readonly checks: readonly Check[]; readonly shell: Shell },
): JSX.Element {
  const failing = checks.filter((check) => check.passed === false).length;
  return (
    <div class="cardx">
      <div class="ch">
        <h2>Checks</h2>
        <small class="dim">
          {checks.length === 0
            ? "none"
            : failing === 0
            ? `${checks.length} pass`
            : `${failing} of ${checks.length} fail`}
        </small>
      </div>
      <ul class="checks">
        {checks.map((check) => (
          <li>
            <i class={checkLook(check)} />
            <div>
              <b>{check.name}</b>
              <em>{check.blocking ? `${check.severity}, blocking` : check.severity}</em>
              <small title={check.description}>
                {check.passed === null
                  ? "never ran"
                  : `${check.passed ? "passed" : "failed"}: ${check.message ?? ""}`}
                {check.at !== null && ` · ${ago(check.at, shell.now)}`}
              </small>
            </div>
          </li>
        ))}
      </ul>
    </div>
  );
}

function checkLook(check: Check): string {
  if (check.passed === null) return "missing";
  if (check.passed) return "fresh";
  return check.severity === "warning" ? "stale" : "failed";
}

function Latest({ asset }: { readonly asset: AssetData }): JSX.Element | null {
  const metadata = Object.entries(asset.last?.metadata ?? {});
  if (metadata.length === 0) return null;
  return (
    <div class="cardx">
      <div class="ch">
        <h2>Latest metadata</h2>
      </div>
      <dl>
        {metadata.map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd>{typeof value === "number" ? plain(value) : <code>{plain(value)}</code>}</dd>
          </>
        ))}
      </dl>
    </div>
  );
}

function Declared({ asset }: { readonly asset: AssetData }): JSX.Element {
  const { config } = asset;
  const tags = Object.entries(asset.tags).map(([name, value]) =>
    value === "" ? name : `${name}=${value}`
  );
  return (
    <div class="cardx">
      <div class="ch">
        <h2>Declared as</h2>
      </div>
      <dl>
        <dt>runs</dt>
        <dd>{asset.automation ?? "when asked"}</dd>
        <dt>jobs</dt>
        <dd>
          {asset.jobs.length === 0
            ? "none"
            : asset.jobs.map((job) => <a class="block" href={`/automation#${job}`}>{job}</a>)}
        </dd>
        <dt>code</dt>
        <dd>
          <code>{asset.codeVersion.slice(0, 10)}</code>
        </dd>
        {tags.length > 0 && (
          <>
            <dt>tags</dt>
            <dd>{tags.join(", ")}</dd>
          </>
        )}
      </dl>
      {config !== null && config !== undefined && (
        <details class="more">
          <summary>Configuration</summary>
          <pre tabindex={0}>{JSON.stringify(config, null, 2)}</pre>
        </details>
      )}
    </div>
  );
}
