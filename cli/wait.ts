/**
 * Waiting for a run, with something to look at.
 *
 * @module
 */
import { pause, type RunView, type StepView } from "engine";
import type { App } from "./app.ts";
import { warnIfAlone, workIfAlone } from "./crew.ts";
import { EXIT, type Setting } from "./command.ts";
import { type Io, paint, paintStatus } from "./io.ts";
import { cut } from "./table.ts";
import { duration, sliceOf } from "./words.ts";
import { json } from "./with_app.ts";

/** Milliseconds after which it looks without news. */
const LOOK_MS = 1_000;
/** Milliseconds between two looks at least. */
export const REST_MS = 50;

const TERMINAL = new Set(["success", "failed", "cancelled", "skipped"]);

/** Shows a run that goes on: a bar on a terminal, else a line for each step that ends. */
class Progress {
  readonly #io: Io;
  readonly #told = new Set<string>();

  constructor(io: Io) {
    this.#io = io;
  }

  show({ steps }: RunView): void {
    for (const step of steps) {
      if (!TERMINAL.has(step.status) || this.#told.has(step.id)) continue;
      this.#told.add(step.id);
      if (!this.#io.isTerminal || step.status !== "success") this.#io.err(stepLine(this.#io, step));
    }
    if (this.#io.isTerminal) this.#io.redraw(cut(bar(steps), this.#io.columns - 1));
  }

  end(): void {
    if (this.#io.isTerminal) this.#io.redraw("");
  }
}

/** One step in one line, with its error below. */
export function stepLine(io: Pick<Io, "color">, step: StepView): string {
  const line = `${paintStatus(io, step.status)} ${sliceOf(step)} ${duration(step)}`.trimEnd();
  return step.error ? `${line}\n  ${paint(io, "red", step.error.message)}` : line;
}

function bar(steps: readonly StepView[]): string {
  const done = steps.filter((s) => TERMINAL.has(s.status)).length;
  const cells = Math.round((done / Math.max(1, steps.length)) * 24);
  const running = steps.filter((s) => s.status === "running").map(sliceOf);
  return `${"█".repeat(cells)}${"░".repeat(24 - cells)} ${done}/${steps.length} ${
    running.join(", ")
  }`;
}

/** Wakes when there is news, so that a run of a second is not waited for two. */
export function bell(app: App, signal: AbortSignal): () => Promise<void> {
  let ring = () => {};
  (async () => {
    for await (const _ of app.ledger.news(signal)) ring();
  })().catch(() => {
    // Without news it is looked from time to time.
  });
  return async () => {
    const rung = new AbortController();
    ring = () => rung.abort();
    await pause(LOOK_MS, AbortSignal.any([signal, rung.signal]));
  };
}

/**
 * Waits for the end of a run and shows it; works here if no living worker has the same code. Gives undefined if it was
 * interrupted.
 */
export async function waitFor(
  app: App,
  run: string,
  { io, signal }: Pick<Setting, "io" | "signal">,
): Promise<RunView | undefined> {
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal]);
  const working = workIfAlone(app, io, until);
  const progress = new Progress(io);
  const news = bell(app, until);
  try {
    while (!signal.aborted) {
      const view = (await app.service.run(run))!;
      progress.show(view);
      if (TERMINAL.has(view.run.status)) return view;
      await news();
      await pause(REST_MS, signal);
    }
  } finally {
    progress.end();
    over.abort();
    await working;
  }
}

/** Tells that a run was started, and waits for it if that was asked for. */
export async function started(
  app: App,
  { run, steps }: { readonly run: string; readonly steps: number },
  setting: Setting,
): Promise<number> {
  const { io, called } = setting;
  if (!called.on("wait")) {
    if (called.on("json")) io.out(json({ run, steps }));
    else io.out(`Run ${run} with ${steps} ${steps === 1 ? "step" : "steps"} is queued`);
    await warnIfAlone(app, io);
    return EXIT.ok;
  }
  const view = await waitFor(app, run, setting);
  if (!view) {
    io.err(`Interrupted: run ${run} stays queued, \`cancel ${run}\` ends it`);
    return EXIT.failure;
  }
  if (called.on("json")) io.out(json(view));
  else io.out(`Run ${run}: ${paintStatus(io, view.run.status)} ${duration(view.run)}`.trimEnd());
  return view.run.status === "success" ? EXIT.ok : EXIT.failure;
}
