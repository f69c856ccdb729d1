/** A step that one worker holds until it is let go. @module */
import { assertEquals } from "@std/assert";
import { until } from "../e2e/program.ts";
import type { Cluster, Member } from "./cluster.ts";
import { ask } from "./load.ts";

/** Lets one worker hold the step of "slow" and gives it, with its id and the run. */
export async function holder(c: Cluster, workers: readonly Member[]) {
  await Deno.writeTextFile(c.hold, "");
  const run = await ask(c.ledger, "slow", ["slow"]);
  const found = await until(async () => {
    const [row] = await c.sql<{ worker: string; pid: number }[]>`
      select w.id::text as worker, w.pid from engine.step s join engine.worker w on w.id = s.worker
      where s.run = ${run} and s.state = 'running'`;
    return row;
  }, { what: "a worker to hold the step" });
  const member = workers.find((m) => m.program.pid === found.pid)!;
  return { ...found, run, member };
}

/** Waits until the step of a run runs elsewhere; gives the milliseconds that it took. */
export async function moved(c: Cluster, run: string, from: string): Promise<number> {
  const began = performance.now();
  await until(async () => {
    const rows = await c.sql`
      select 1 from engine.step where run = ${run} and state = 'running' and worker <> ${from}`;
    return rows.length > 0;
  }, { what: "the step to move", timeoutMs: 20_000 });
  return performance.now() - began;
}

/** Waits for the end of the run, and asserts that whoever came back could not end it. */
export async function endedElsewhere(c: Cluster, run: string, worker: string): Promise<void> {
  await until(async () => (await c.ledger.run(run))!.run.endedAt !== null, { what: "the run" });
  const { attempts } = (await c.ledger.run(run))!.steps[0]!;
  assertEquals(attempts.map((a) => a.state), ["lost", "success"]);
  assertEquals(attempts.map((a) => a.worker === worker), [true, false]);
}
