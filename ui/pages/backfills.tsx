import type { JSX } from "hono/jsx/jsx-runtime";
import type { Backfill } from "../client.ts";
import { BackfillTable } from "../parts/backfills.tsx";
import { Page, type Shell } from "../parts/page.tsx";

interface BackfillsProps {
  readonly shell: Shell;
  readonly backfills: readonly Backfill[];
}

/** Backfills, newest first. */
export function Backfills({ shell, backfills }: BackfillsProps): JSX.Element {
  return (
    <Page shell={shell} title="Backfills" at="Runs" refresh="run" every={10_000}>
      <div class="page" data-region="backfills">
        <header class="ah">
          <h1>Backfills</h1>
          <nav class="legend" aria-label="Runs or backfills">
            <a class="chip" href="/runs">Runs</a>
            <a class="chip" href="/backfills" aria-current="true">Backfills</a>
          </nav>
        </header>
        <div class="cardx">
          <BackfillTable backfills={backfills} now={shell.now} />
        </div>
      </div>
    </Page>
  );
}
