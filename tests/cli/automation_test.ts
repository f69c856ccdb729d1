import { assertEquals, assertStringIncludes } from "@std/assert";
import { asset, createService, define, lender, nextTicks, request, sensor } from "engine";
import { bench } from "../engine/run/service_fixture.ts";
import { call, fakeApp } from "./fake.ts";

Deno.test("pause and resume switch a schedule, and say when it stood so before", async () => {
  const b = bench();
  const app = fakeApp(b);
  const paused = await call(app, "pause schedule:ml_training_pipeline");
  assertEquals([paused.code, paused.out], [0, "schedule:ml_training_pipeline is paused"]);
  assertEquals((await b.service.jobs())[0]?.paused, true);
  const again = await call(app, "pause schedule:ml_training_pipeline");
  assertStringIncludes(again.out, "as it was before");
  const on = await call(app, "resume schedule:ml_training_pipeline --json");
  assertEquals(on.json<{ paused: boolean }>().paused, false);
  const wrong = await call(app, "pause ml_training_pipeline");
  assertEquals(wrong.code, 2);
  assertStringIncludes(wrong.err, 'not like "schedule:nightly"');
});

Deno.test("tick --dry-run shows what a tick asks for; tick submits it", async () => {
  const b = bench();
  const app = fakeApp(b);
  const dry = await call(app, "tick ml_training_pipeline --at 2025-01-27T06:00:00Z --dry-run");
  assertEquals(dry.code, 0);
  assertStringIncludes(dry.out, "Tick of 2025-01-27T02:00:00.000Z");
  assertStringIncludes(dry.out, "features/activity [2025-01-26]");
  assertStringIncludes(dry.out, "2 steps would be submitted");
  assertEquals((await b.service.runs()).runs, []);
  const done = await call(app, "tick ml_training_pipeline");
  assertStringIncludes(done.out, "Run 1 with 2 steps");
  assertEquals((await b.service.runs()).runs[0]?.id, "1");
});

Deno.test("sense shows what a sensor would ask for from a cursor, as JSON or text", async () => {
  const b = bench();
  const whole = asset({ name: "whole", materialize: () => 1 });
  const count = sensor({
    name: "count",
    every: "30s",
    cursor: 0,
    async *evaluate({ cursor }) {
      yield request(whole, { key: `${cursor}`, reason: `after ${cursor}` });
      return await Promise.resolve(cursor + 1);
    },
  });
  const definitions = define({ whole, count });
  const about = { version: "1", startedAt: "", adapters: {} as never };
  const health = () => Promise.resolve({ ok: true, dependencies: [] });
  const parts = { definitions, ledger: b.ledger, clock: b.clock, about, health, nextTicks };
  const service = createService({ ...parts, lender: lender(() => "") });
  const app = fakeApp({ ...b, definitions, service });
  const { code, out } = await call(app, "sense count --cursor 7");
  assertEquals(code, 0);
  assertStringIncludes(out, "after 7");
  assertStringIncludes(out, "1 request; the cursor would be 8");
  assertEquals((await b.service.runs()).runs, []);
});
