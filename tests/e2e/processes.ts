/** Finding the processes of a program, and waiting for its runs. @module */
import type { Queries } from "../../adapters/postgres/connect.ts";
import type { RunView } from "../../engine/mod.ts";
import { type Serving, until } from "./program.ts";

const commandOf = (pid: number): string => {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/cmdline`);
  } catch {
    return "";
  }
};

/** Whether it is a worker of a supervisor. */
export const isWorker = (pid: number): boolean =>
  commandOf(pid).includes("worker.ts\0--supervised");

/** Whether it is a process that trains a model. */
export const isTrainer = (pid: number): boolean => commandOf(pid).includes("ml/train/child.ts");

/** Whether it is a process for isolated steps. */
export const isStepProcess = (pid: number): boolean => commandOf(pid).includes("step_process.ts");

/** Workers of a program that live. */
export const workersOf = (program: { descendants(): readonly number[] }): readonly number[] =>
  program.descendants().filter(isWorker);

/** Waits for a process that trains below a program. */
export function trainer(program: { descendants(): readonly number[] }): Promise<number> {
  return until(() => program.descendants().find(isTrainer), { what: "a process that trains" });
}

/** Runs a job; gives the id of the run. */
export async function trigger(server: Serving, job: string): Promise<string> {
  const { run } = await server.ask<{ run: string }>(`/api/v1/jobs/${job}/trigger`, {});
  return run;
}

/** Waits for the end of a run, through a server that may fail to answer for a while. */
export function ended(server: Serving, run: string): Promise<RunView> {
  return until(async () => {
    const view = await server.ask<RunView>(`/api/v1/runs/${run}`).catch(() => undefined);
    return view?.run.status === "queued" || view?.run.status === "running" ? false : view;
  }, {
    what: () => `the end of run ${run}; the server said:\n${server.out()}${server.err()}`,
    timeoutMs: 90_000,
  });
}

/** An attempt that has ended. */
export interface Attempt {
  readonly asset: string;
  readonly attempt: number;
  readonly state: string;
  readonly version: bigint;
  /** Its error as JSON, or nothing. */
  readonly why: string;
}

/** Every attempt of a run, by step, oldest first. */
export async function attemptsOf(sql: Queries, run: string): Promise<readonly Attempt[]> {
  return await sql<Attempt[]>`
    select s.asset, a.attempt, a.state, a.version, coalesce(a.error::text, '') as why
    from engine.attempt a join engine.step s on s.run = a.run and s.step = a.step
    where a.run = ${run} order by s.step, a.attempt`;
}
