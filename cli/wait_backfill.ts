/**
 * Waiting for a backfill, with something to look at.
 *
 * @module
 */
import { backfilling, type BackfillView, durationText, pause } from "engine";
import type { App } from "./app.ts";
import { workIfAlone } from "./crew.ts";
import { EXIT, type Setting } from "./command.ts";
import { type Io, paintStatus } from "./io.ts";
import { cut } from "./table.ts";
import { bell, REST_MS, stepLine } from "./wait.ts";
import { json } from "./with_app.ts";
import { many } from "./words.ts";

const OPEN = new Set(["running", "paused"]);

/** How far it is: a bar, slices, and how long it still takes. */
export function backfillLine(b: BackfillView, cells = 24): string {
  const done = doneOf(b);
  const full = Math.floor((done / Math.max(1, b.slices)) * cells);
  const left = b.remainingMs ? `, about ${durationText(b.remainingMs)} left` : "";
  return `${"█".repeat(full)}${"░".repeat(cells - full)} ${done}/${b.slices}${left}`;
}

/** Slices that have ended, whichever way. */
export const doneOf = ({ done }: BackfillView): number =>
  done.success + done.failed + done.skipped + done.cancelled;

/** Tells of the steps of each run once it has ended; on a terminal only of those that did not succeed. */
class Ended {
  readonly #seen = new Set<string>();
  async show({ service }: App, b: BackfillView, io: Io): Promise<void> {
    const active = new Set(b.active);
    for (const id of this.#seen) {
      if (active.has(id)) continue;
      this.#seen.delete(id);
      for (const step of (await service.run(id))?.steps ?? []) {
        if (!io.isTerminal || step.status !== "success") io.err(stepLine(io, step));
      }
    }
    b.active.forEach((id) => this.#seen.add(id));
  }
}

/** Waits for the end of a backfill: moves it on and works here if no server and no worker does. Gives the exit code. */
export async function waitForBackfill(app: App, id: string, setting: Setting): Promise<number> {
  const view = await followed(app, id, setting);
  const { io, called } = setting;
  if (!view) {
    io.err(
      `Interrupted: backfill ${id} goes on where a server runs, \`backfill-cancel ${id}\` ends it`,
    );
    return EXIT.failure;
  }
  if (called.on("json")) io.out(json(view));
  else {
    const counts = `${view.done.success} of ${many(view.slices, "slice")} in ${
      many(view.runs.all, "run")
    }`;
    io.out(`Backfill ${id}: ${paintStatus(io, view.status)}, ${counts}`);
    if (view.error) io.err(view.error);
  }
  return view.status === "success" ? EXIT.ok : EXIT.failure;
}

async function followed(
  app: App,
  id: string,
  { io, signal }: Pick<Setting, "io" | "signal">,
): Promise<BackfillView | undefined> {
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal]);
  const working = workIfAlone(app, io, until);
  const fill = backfilling(app.definitions, app.ledger);
  const news = bell(app, until);
  const ended = new Ended();
  try {
    while (!signal.aborted) {
      await fill.look(new Date());
      const view = (await app.service.backfillView(id))!;
      await ended.show(app, view, io);
      if (!OPEN.has(view.status)) return view;
      if (io.isTerminal) io.redraw(cut(backfillLine(view), io.columns - 1));
      await news();
      await pause(REST_MS, signal);
    }
  } finally {
    if (io.isTerminal) io.redraw("");
    over.abort();
    await working;
  }
}
