import { assert, assertEquals, assertRejects } from "@std/assert";
import { asset, createService, define, job, pool, type SimulateRequest, when } from "engine";
import { memoryLedger } from "engine/testing";

const now = new Date("2025-01-28T01:00:00Z");
const warehouse = pool({ name: "warehouse", slots: 1 });
const of = (name: string) => asset({ name, pools: { warehouse: 1 }, materialize: () => 1 });
const [x, y] = [of("x"), of("y")];
const eager = asset({ name: "eager", deps: { x }, when: when.eager, materialize: () => 1 });
const nightly = job({ name: "nightly", cron: "0 2 * * *", assets: [x, y] });
const definitions = define({ warehouse, x, y, eager, nightly });

function opened() {
  const ledger = memoryLedger({ now: () => now });
  const service = createService({
    definitions,
    ledger,
    clock: { now: () => now },
    about: { version: "test", startedAt: now.toISOString(), adapters: {} as never },
    health: () => Promise.reject(new Error("not asked")),
    nextTicks: () => [],
  });
  return { ledger, service };
}

Deno.test("simulate() takes one worker of four slots while none is alive, and those that live then", async () => {
  const { ledger, service } = opened();
  await ledger.declarePools({ warehouse: 2 });
  const longest = async () => {
    const { waiting } = await service.simulate({ days: 1 });
    return waiting.map((w) => [w.queue, w.max]);
  };
  assertEquals(await longest(), [["default", 0]]);
  await ledger.join({ host: "a", pid: 1, queues: ["default"], slots: 1 });
  assertEquals(await longest(), [["default", 30_000]]);
});

Deno.test("simulate() takes the slots that pools have in the ledger, which people may have set", async () => {
  const { ledger, service } = opened();
  const waited = async () =>
    (await service.simulate({ days: 1 })).pools.map((p) => [p.slots, p.max]);
  assertEquals(await waited(), [[1, 30_000]], "as declared");
  await ledger.declarePools({ warehouse: 1 });
  await ledger.setPool("warehouse", 2, "ada");
  assertEquals(await waited(), [[2, 0]]);
});

Deno.test("simulate() leaves out conditions that are paused", async () => {
  const { service } = opened();
  const asked = async () => (await service.simulate({ days: 1 })).runs.map((r) => r.trigger);
  assertEquals(await asked(), ["schedule", "condition"]);
  await service.setPaused("condition:eager", true);
  assertEquals(await asked(), ["schedule"]);
});

Deno.test("simulate() lets others have their turn: a server goes on answering", async () => {
  const { service } = opened();
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  await service.simulate({ days: 366 });
  clearInterval(timer);
  assert(turns > 3, `${turns} turns in a year`);
});

Deno.test("simulate() refuses what makes no sense, and says what would", async () => {
  const { service } = opened();
  const refused = (request: SimulateRequest, words: string) =>
    assertRejects(() => service.simulate(request), RangeError, words);
  await refused({ days: 0 }, 'Cannot simulate "0" days: give a number up to 366');
  await refused({ days: NaN }, 'Cannot simulate "NaN" days');
  await refused({ slots: 1.5 }, 'with "1.5" slots: give a number from 1');
  await refused({ from: "2025-01-27T06:00" }, "it is no instant such as");
  await refused({ assume: "long" }, '"long"');
});
