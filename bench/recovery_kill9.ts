import { type Bench, figure } from "./bench.ts";
import { child } from "./child.ts";
import { crew, submit, targetsOf } from "./crew.ts";

const KILLS = 5;

/** How long a step lies still whose worker was killed. */
export const bench: Bench = {
  name: "recovery_kill9",
  what: "kill -9 of a worker process to its step running again in another one",
  async measure() {
    const seconds: number[] = [];
    for (let i = 0; i < KILLS; i++) {
      await using workers = await crew(2);
      // Its loops find the dead.
      await using server = child("bench/server.ts", [], { DATABASE_URL: workers.url });
      await server.said((line) => line.startsWith('{"port"'));
      const { sql, ledger } = workers;
      const { run } = await submit(ledger, targetsOf("minute"));
      const holder = await pidOf(sql, run, 1);
      const killedAt = Date.now();
      Deno.kill(holder, "SIGKILL");
      await pidOf(sql, run, 2);
      const [row] = await sql<{ at: Date }[]>`
        select started_at as at from engine.step where run = ${run}::bigint`;
      seconds.push((row!.at.getTime() - killedAt) / 1_000);
      await ledger.cancel(run, "the bench");
    }
    return [figure({ name: "recovery_kill9", unit: "s" }, seconds)];
  },
};

/** The process that runs an attempt, when it does. */
async function pidOf(sql: Awaited<ReturnType<typeof crew>>["sql"], run: string, attempt: number) {
  for (let i = 0; i < 2_000; i++) {
    const [row] = await sql<{ pid: number }[]>`
      select w.pid from engine.step s join engine.worker w on w.id = s.worker
      where s.run = ${run}::bigint and s.state = 'running' and s.attempt = ${attempt}`;
    if (row) return row.pid;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`Cannot measure: attempt ${attempt} of run ${run} never ran`);
}
