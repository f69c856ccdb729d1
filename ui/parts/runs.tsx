import type { JSX } from "hono/jsx/jsx-runtime";
import type { RunSummary } from "../client.ts";
import { ago, elapsed } from "../words.ts";
import { Pill, runHref } from "./status.tsx";

/** Runs as a table, newest first. */
export function RunTable(
  { runs, now }: { readonly runs: readonly RunSummary[]; readonly now: Date },
): JSX.Element {
  if (runs.length === 0) return <p class="dim">No run yet</p>;
  return (
    <div class="scroll" role="region" aria-label="Runs" tabindex={0}>
      <table>
        <thead>
          <tr>
            <th>Status</th>
            <th>Run</th>
            <th>What</th>
            <th>Partition</th>
            <th>Started by</th>
            <th class="n">Steps</th>
            <th class="n">Duration</th>
            <th class="n">When</th>
          </tr>
        </thead>
        <tbody>{runs.map((run) => <Row run={run} now={now} />)}</tbody>
      </table>
    </div>
  );
}

function Row({ run, now }: { readonly run: RunSummary; readonly now: Date }): JSX.Element {
  return (
    <tr>
      <td>
        <Pill status={run.status} />
      </td>
      <td>
        <a href={runHref(run.id)}>
          <code>{run.id}</code>
        </a>
      </td>
      <td class="what-cell">
        {run.title}
        {run.error !== null && <small class="error">{run.error}</small>}
      </td>
      <td class="nowrap">{run.partition ?? "—"}</td>
      <td>{run.triggeredBy}</td>
      <td class="n">{progress(run)}</td>
      <td class="n nowrap">{elapsed(run.startedAt, run.endedAt, now)}</td>
      <td class="n nowrap">{ago(run.createdAt, now)}</td>
    </tr>
  );
}

/** How many steps are done of how many: "6 of 9". */
export function progress(run: RunSummary): string {
  const all = Object.values(run.steps).reduce((sum, n) => sum + n, 0);
  return run.steps.success === all ? String(all) : `${run.steps.success} of ${all}`;
}
