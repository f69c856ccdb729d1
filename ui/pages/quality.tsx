import type { JSX } from "hono/jsx/jsx-runtime";
import type { Quality as QualityData } from "../client.ts";
import { Page, type Shell } from "../parts/page.tsx";
import { Plots } from "../parts/plots.tsx";
import { ago, count, plain } from "../words.ts";

interface QualityProps {
  readonly shell: Shell;
  /** Undefined if no report was made yet. */
  readonly report: QualityData | undefined;
}

/** The quality report of a day. */
export function Quality({ shell, report }: QualityProps): JSX.Element {
  return (
    <Page
      shell={shell}
      title="Quality"
      at="Quality"
      scripts={["asset"]}
      refresh="asset"
      about='["quality/report"]'
    >
      <div class="page" data-region="quality">
        {report === undefined
          ? (
            <>
              <header class="ah">
                <h1>Quality</h1>
              </header>
              <p class="dim">
                No report yet. Materialize <a href="/assets/quality/report">quality/report</a>.
              </p>
            </>
          )
          : <Report report={report} shell={shell} />}
      </div>
    </Page>
  );
}

function Report(
  { report, shell }: { readonly report: QualityData; readonly shell: Shell },
): JSX.Element {
  const seconds = (key: string) => Date.parse(key.slice(0, 10)) / 1000;
  const x = report.trend.map((day) => seconds(day.partition));
  return (
    <>
      <header class="ah">
        <h1>Quality of {report.partition}</h1>
        <span class="dim">made {ago(report.at, shell.now)}</span>
        <span class="grow" />
        <form method="get" action="/quality" class="filters">
          <label class="pick">
            <span>Day</span>
            <select name="partition">
              {report.partitions.map((key) => (
                <option value={key} selected={key === report.partition}>{key}</option>
              ))}
            </select>
          </label>
          <button type="submit" class="btn">Show</button>
        </form>
      </header>
      <Findings report={report} />
      <div class="grid">
        <section class="c-main">
          <Rules report={report} />
        </section>
        <section class="c-side">
          <Tables report={report} />
          <Plots
            series={[
              { name: "score", unit: "", x, y: report.trend.map((day) => day.score) },
              { name: "findings", unit: "", x, y: report.trend.map((day) => day.found) },
            ]}
          />
        </section>
      </div>
    </>
  );
}

function Findings({ report }: { readonly report: QualityData }): JSX.Element {
  const { found } = report;
  return (
    <ul class="tiles" aria-label="Findings by severity">
      <Tile look="fresh" value={report.score.toFixed(1)} name="Score of 100" />
      <Tile
        look={found.critical > 0 ? "failed" : "fresh"}
        value={count(found.critical)}
        name="Critical"
      />
      <Tile
        look={found.error > 0 ? "failed" : "fresh"}
        value={count(found.error)}
        name="Errors"
      />
      <Tile
        look={found.warning > 0 ? "stale" : "fresh"}
        value={count(found.warning)}
        name="Warnings"
      />
    </ul>
  );
}

function Tile(
  { look, value, name }: { readonly look: string; readonly value: string; readonly name: string },
): JSX.Element {
  return (
    <li class={`tile ${look}`}>
      <b>{value}</b>
      <span>
        <i />
        {name}
      </span>
    </li>
  );
}

function Tables({ report }: { readonly report: QualityData }): JSX.Element {
  return (
    <div class="cardx">
      <div class="ch">
        <h2>Tables</h2>
      </div>
      <table>
        <thead>
          <tr>
            <th>Table</th>
            <th class="n">Rows</th>
            <th class="n">Found</th>
            <th class="n">Score</th>
          </tr>
        </thead>
        <tbody>
          {report.tables.map((table) => (
            <tr>
              <td>{table.table}</td>
              <td class="n">{count(table.rows)}</td>
              <td class="n">{count(table.found)}</td>
              <td class="n">{table.score.toFixed(1)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Rules({ report }: { readonly report: QualityData }): JSX.Element {
  const rank = { critical: 0, error: 1, warning: 2 } as const;
  const rules = report.rules.toSorted((a, b) =>
    Number(b.found > 0) - Number(a.found > 0) || rank[a.severity] - rank[b.severity] ||
    b.found - a.found
  );
  return (
    <div class="cardx">
      <div class="ch">
        <h2>Rules</h2>
        <small class="dim">
          {rules.filter((rule) => rule.found === 0).length} of {rules.length} clean
        </small>
      </div>
      <div class="scroll" role="region" aria-label="Rules" tabindex={0}>
        <table>
          <thead>
            <tr>
              <th>Rule</th>
              <th>Table</th>
              <th>Severity</th>
              <th class="n">Found</th>
              <th class="n">Rate</th>
              <th>Samples</th>
            </tr>
          </thead>
          <tbody>
            {rules.map((rule) => <RuleRow rule={rule} />)}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function RuleRow({ rule }: { readonly rule: QualityData["rules"][number] }): JSX.Element {
  return (
    <tr>
      <td>
        <b>{rule.rule}</b>
        <small class="dim">{rule.description}</small>
      </td>
      <td>{rule.table}</td>
      <td>
        <Severity severity={rule.severity} found={rule.found} />
      </td>
      <td class="n">{count(rule.found)}</td>
      <td class="n nowrap">{percent(rule.rate)}</td>
      <td>
        {rule.samples.length === 0 ? <span class="dim">—</span> : (
          <details>
            <summary>{rule.samples.length}</summary>
            <ul class="plain">
              {rule.samples.map((sample) => (
                <li>
                  <code>{plain(sample)}</code>
                </li>
              ))}
            </ul>
          </details>
        )}
      </td>
    </tr>
  );
}

function Severity(
  { severity, found }: { readonly severity: string; readonly found: number },
): JSX.Element {
  const look = found === 0 ? "fresh" : severity === "warning" ? "stale" : "failed";
  return (
    <span class={`pill ${look}`}>
      <i />
      {found === 0 ? `${severity}, clean` : severity}
    </span>
  );
}

function percent(rate: number): string {
  if (rate === 0) return "0 %";
  return rate < 0.0001 ? "< 0.01 %" : `${(rate * 100).toFixed(2)} %`;
}
