/** What a database costs that is far away, and how soon one that is gone is noticed. @module */
import { connect, type Sql } from "../adapters/postgres/connect.ts";
import { behindProxy, runs } from "../tests/faults/behind_proxy.ts";
import { crossing, place, through } from "../tests/faults/place.ts";
import { type Bench, type Figure, figure, repeated, secondsOf } from "./bench.ts";

/** Milliseconds that a byte takes more, each way. */
const FAR_MS = 50;

/** Through the fault proxy of the tests, with the limits that the program has. */
export const bench: Bench = {
  name: "slow_cut_gone",
  what: "PostgreSQL 50 ms away, in a black hole, and forgotten by a firewall",
  async measure() {
    return [...await far(), ...await blackHole(), ...await forgotten(), ...await farRun()];
  },
};

const ask = async (sql: Sql) => void await sql`select 1`;

/** Seconds until a question fails. @throws {Error} If it does not. */
const untilRefused = (sql: Sql) =>
  secondsOf(() =>
    ask(sql).then(() => Promise.reject(new Error("Cannot measure: it was answered")), () => {})
  );

async function far(): Promise<readonly Figure[]> {
  await using p = await place();
  const sql = connect(p.url, { max: 1 });
  await ask(sql);
  p.proxy.latency(FAR_MS);
  const ms = (await repeated(20, () => secondsOf(() => ask(sql)))).map((s) => s * 1_000);
  await sql.end({ timeout: 1 });
  return [figure({ name: "slow_cut_gone", unit: "ms", params: { latency: FAR_MS } }, ms)];
}

async function blackHole(): Promise<readonly Figure[]> {
  await using p = await place();
  const sql = connect(p.url, { max: 1 });
  await ask(sql);
  p.proxy.blackHole();
  const noticed = await untilRefused(sql);
  const again = await untilRefused(sql);
  await p.proxy.heal();
  const healed = await secondsOf(() => ask(sql));
  await sql.end({ timeout: 1 });
  return [
    figure({ name: "black_hole_noticed", unit: "s" }, [noticed]),
    figure({ name: "black_hole_again", unit: "s" }, [again]),
    figure({ name: "black_hole_healed", unit: "s" }, [healed]),
  ];
}

async function forgotten(): Promise<readonly Figure[]> {
  await using p = await place();
  await using ways = crossing(p.proxy.port);
  const sql = connect(through(p.url, ways.port), { max: 1 });
  await ask(sql);
  p.proxy.blackHole();
  ways.lead(Number(new URL(p.db.url).port));
  const noticed = await untilRefused(sql);
  await sql.end({ timeout: 1 });
  p.proxy.cut();
  return [figure({ name: "forgotten_noticed", unit: "s" }, [noticed])];
}

/** The same run of 24 steps in a chain of three, six of them one after the other, its database beside it and far away. */
async function farRun(): Promise<readonly Figure[]> {
  await using p = await behindProxy();
  let n = 0;
  const once = () => secondsOf(() => runs(p, `run ${n++}`));
  await once();
  const near = await repeated(3, once);
  p.proxy.latency(FAR_MS);
  const away = await repeated(3, once);
  const params = { latency: FAR_MS };
  return [
    figure({ name: "run_near", unit: "s" }, near),
    figure({ name: "run_far", unit: "s", params }, away),
  ];
}
