import type { Sql } from "../adapters/postgres/connect.ts";
import { openLedger } from "../adapters/postgres/ledger/ledger.ts";
import { type Bench, figure, secondsOf } from "./bench.ts";
import { slicesOf, submit } from "./crew.ts";
import { place } from "./place.ts";

const CLAIMS = 60;
const ROOM = 16;
const WAITING = 1_000_000;

/** Whether claiming is slower when a million steps wait. */
export const bench: Bench = {
  name: "claim_with_1m_steps",
  what: "a claim of 16 steps while a million wait, against one while a thousand do",
  async measure() {
    await using home = await place();
    await using ledger = await openLedger(home.url);
    const hello = { host: "bench", pid: 1, queues: ["default"], slots: ROOM };
    const worker = await ledger.join(hello);
    const claims = async () => {
      const ms: number[] = [];
      for (let i = 0; i < CLAIMS; i++) {
        const ask = { worker, queues: ["default"], room: ROOM };
        ms.push(await secondsOf(() => ledger.claim(ask)) * 1_000);
      }
      return ms.slice(CLAIMS / 3);
    };
    await submit(ledger, slicesOf("endless", 1_000));
    const few = figure({ name: "claim_with_1k_steps", unit: "ms" }, await claims());
    const { run } = await submit(ledger, slicesOf("endless", 1, 2_000));
    await fill(home.sql, run);
    const ms = await claims();
    const many = figure({ name: "claim_with_1m_steps", unit: "ms" }, ms);
    const ratio = Number((many.value / few.value).toFixed(2));
    return [{ ...many, params: { room: ROOM, with_1k_ms: few.value, ratio } }];
  },
};

/** A million queued steps of a run, as a submission would leave them. */
async function fill(sql: Sql, run: string): Promise<void> {
  await sql`
    insert into engine.step (run, step, asset, partition, state, needs_left, reason, queue, priority, step_priority,
      pools, retry, ready_at, lap, lane)
    select ${run}::bigint, n, 'endless', 'slice ' || n, 'queued', 0, 'measured', 'default', 0, 0, '{}', '{"attempts":1}',
      now(), n, engine.lane_of('default', '{}', null)
    from generate_series(1, ${WAITING}::int) n`;
  await sql`analyze engine.step`;
}
