import { assertEquals, assertStringIncludes } from "@std/assert";
import { asset, define, pool, withCodeVersion } from "engine";
import { appOn, call } from "./fake.ts";

/** The program with one asset that takes a slot of a pool. */
async function app() {
  const warehouse = pool({ name: "warehouse", slots: 2 });
  const report = asset({ name: "report", pools: { warehouse: 1 }, materialize: () => 1 });
  const definitions = define({ warehouse, report });
  const app = appOn(definitions, (ledger) => withCodeVersion(ledger, definitions));
  await app.ledger.declarePools({ warehouse: 2 });
  return { memory: app.memory, app };
}

const hello = { host: "here", pid: 7, queues: ["default"], slots: 4 };

Deno.test("pools shows who has the slots, and sets how many there are", async () => {
  const { app: a } = await app();
  const worker = await a.ledger.join(hello);
  await call(a, "materialize report");
  await a.ledger.claim({ worker, queues: ["default"], room: 1 });
  assertStringIncludes((await call(a, "pools")).out, "warehouse  1/2 slots");
  assertStringIncludes((await call(a, "pools")).out, "report (1)");
  assertEquals(
    (await call(a, "pools --set warehouse=5")).out,
    "Pool warehouse has 5 slots, set by cli, 2 declared",
  );
  assertEquals(
    (await call(a, "pools --set warehouse=declared")).out,
    "Pool warehouse has 2 slots",
  );
});

Deno.test("pools refuses what it cannot set", async () => {
  const { app: a } = await app();
  for (
    const [set, code, says] of [
      ["warehouse", 2, 'is not like "warehouse=4"'],
      ["warehouse=-1", 2, 'is not like "warehouse=4"'],
      ["warehose=1", 2, 'did you mean "warehouse"?'],
    ] as const
  ) {
    const answer = await call(a, `pools --set ${set}`);
    assertEquals(answer.code, code, answer.err);
    assertStringIncludes(answer.err, says);
  }
});

Deno.test("workers shows what they run and with which code", async () => {
  const { memory, app: a } = await app();
  assertStringIncludes((await call(a, "workers")).err, "No worker is alive");
  await a.ledger.join(hello);
  await memory.join({ ...hello, code: "older" });
  const [mine, other] = (await call(a, "workers --json")).json<{ current: boolean }[]>();
  assertEquals([mine?.current, other?.current], [true, false]);
  assertStringIncludes((await call(a, "workers")).out, "older, not this code");
});

Deno.test("a run is computed here when the workers have other code", async () => {
  const { memory, app: a } = await app();
  await memory.join({ ...hello, code: "older" });
  const { err } = await call(a, "materialize report");
  assertStringIncludes(err, "The workers have other code than this");
  const waited = await call(a, "materialize report --wait");
  assertEquals(waited.code, 0, waited.err);
  assertStringIncludes(waited.err, "it is computed here");
});

Deno.test("a run that is waited for is computed here when the last worker leaves", async () => {
  const { app: a } = await app();
  const worker = await a.ledger.join(hello);
  const looked = Promise.withResolvers<void>();
  const ledger = new Proxy(a.ledger, {
    get(target, name, receiver) {
      if (name === "workers") looked.resolve();
      return Reflect.get(target, name, receiver);
    },
  });
  const waiting = call({ ...a, ledger }, "materialize report --wait");
  await looked.promise;
  await new Promise((done) => setTimeout(done, 100));
  await a.ledger.leave(worker);
  assertEquals((await waiting).code, 0);
  assertEquals(await a.ledger.workers(), []);
});
