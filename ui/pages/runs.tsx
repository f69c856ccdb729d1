import type { JSX } from "hono/jsx/jsx-runtime";
import type { Backfill, Runs as RunsData, RunsQuery } from "../client.ts";
import { BackfillTable } from "../parts/backfills.tsx";
import { Page, type Shell } from "../parts/page.tsx";
import { RunTable } from "../parts/runs.tsx";
import { look } from "../parts/status.tsx";
import { count, statusWords } from "../words.ts";

interface RunsProps {
  readonly shell: Shell;
  readonly runs: RunsData;
  readonly query: RunsQuery;
  /** Those that go on. */
  readonly backfills: readonly Backfill[];
}

const statuses = ["queued", "running", "success", "failed", "cancelled"] as const;

/** Runs, newest first. */
export function Runs({ shell, runs, query, backfills }: RunsProps): JSX.Element {
  const all = statuses.reduce((sum, status) => sum + runs.counts[status], 0);
  return (
    <Page shell={shell} title="Runs" at="Runs" refresh="run">
      <div class="page" data-region="runs">
        <header class="ah">
          <h1>Runs</h1>
          <nav class="legend" aria-label="Runs by status">
            <a
              class="chip"
              href="/runs"
              aria-current={query.status ?? query.backfill ? undefined : "true"}
            >
              All <b>{count(all)}</b>
            </a>
            {statuses.map((status) => (
              <a
                class={`chip ${look(status)}`}
                href={`/runs?status=${status}`}
                aria-current={query.status === status ? "true" : undefined}
              >
                <i />
                {statusWords[status]} <b>{count(runs.counts[status])}</b>
              </a>
            ))}
            <a
              class="chip"
              href="/runs?backfill=any"
              aria-current={query.backfill === "any" ? "true" : undefined}
            >
              With those of backfills
            </a>
            <a class="chip" href="/backfills">
              Backfills {backfills.length > 0 && <b>{count(backfills.length)}</b>}
            </a>
          </nav>
        </header>
        <Narrowed query={query} />
        {backfills.length > 0 && (
          <div class="cardx">
            <div class="ch">
              <h2>Backfills that go on</h2>
              <span class="grow" />
              <a href="/backfills">All backfills</a>
            </div>
            <BackfillTable backfills={backfills} now={shell.now} />
          </div>
        )}
        <div class="cardx">
          <RunTable runs={runs.runs} now={shell.now} />
        </div>
        {runs.next !== null && (
          <p class="pager">
            <a class="btn" href={`/runs?${next(query, runs.next)}`}>Older runs</a>
          </p>
        )}
      </div>
    </Page>
  );
}

/** What is left out, and how to see it. */
function Narrowed({ query }: { readonly query: RunsQuery }): JSX.Element | null {
  const { job, asset, backfill } = query;
  const isOne = backfill !== undefined && backfill !== "any" && backfill !== "none";
  const only = job ?? asset ?? (isOne ? `backfill ${backfill}` : undefined);
  if (only === undefined) return null;
  return (
    <p class="dim lead">
      Only those of <b>{only}</b>. <a href="/runs">Show all</a>
    </p>
  );
}

function next(query: RunsQuery, cursor: string): string {
  return new URLSearchParams({ ...query, cursor }).toString();
}
