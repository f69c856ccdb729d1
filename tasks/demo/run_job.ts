/**
 * Running one job to its end, telling of its steps.
 *
 * @module
 */
import type { RunView } from "engine";
import type { App } from "../../compose.ts";

/** What became of a job. */
export interface JobOutcome {
  /** Its name. */
  readonly job: string;
  /** How it ended. */
  readonly run: RunView;
  /** From its request to its end. */
  readonly seconds: number;
}

const ENDED = new Set(["success", "failed", "cancelled"]);

/** Triggers a job and waits for its end; prints a line for each step that ended. */
export async function runJob(
  app: App,
  job: string,
  o: { readonly partition: string | undefined; readonly print: (line: string) => void },
): Promise<JobOutcome> {
  const began = performance.now();
  const { partition, print } = o;
  const { run } = await app.service.trigger(job, { partition, triggeredBy: "cli" });
  print(`\n${job} (run ${run})`);
  const told = new Set<string>();
  for (;;) {
    const view = await app.service.run(run);
    tell(view!, told, print);
    if (ENDED.has(view!.run.status)) {
      return { job, run: view!, seconds: (performance.now() - began) / 1_000 };
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function tell(view: RunView, told: Set<string>, print: (line: string) => void): void {
  for (const step of view.steps) {
    if (!step.endedAt || told.has(step.id)) continue;
    told.add(step.id);
    const took = step.startedAt
      ? `${((Date.parse(step.endedAt) - Date.parse(step.startedAt)) / 1_000).toFixed(2)} s`
      : "";
    const error = step.error ? `  ${[step.error.message, ...step.error.cause].join(": ")}` : "";
    print(
      `  ${step.status.padEnd(8)} ${step.asset} ${
        step.partition ? `[${step.partition}]` : ""
      } ${took}${error}`,
    );
  }
}
