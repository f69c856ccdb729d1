import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  asset,
  attend,
  createService,
  define,
  lender,
  nextTick,
  nextTicks,
  request,
  sensor,
  tick,
} from "engine";
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

Deno.test("schedules lists what ticks next, and sensors what was said", async () => {
  const b = bench();
  const app = fakeApp(b);
  await tick({ ...b, next: nextTick }, b.clock.at);
  const listed = await call(app, "schedules");
  assertEquals(listed.code, 0);
  assertStringIncludes(listed.out, "2025-01-29 02:00:00, 2025-01-30 02:00:00");
  assertStringIncludes(listed.out, "first seen: waits for its next tick");
  const one = await call(app, "schedules ml_training_pipeline");
  assertStringIncludes(one.out, '"0 2 * * *" UTC; of missed ticks it catches up latest');
  assertEquals(one.out.match(/02:00:00 UTC/g)?.length, 5);
  await call(app, "pause schedule:ml_training_pipeline");
  assertStringIncludes((await call(app, "schedules")).out, "paused");
  const wrong = await call(app, "schedules ml_trainin_pipeline");
  assertStringIncludes(wrong.err, 'did you mean "ml_training_pipeline"?');
  assertEquals((await call(app, "sensors --json")).json(), []);
});

Deno.test("sensors shows one with its cursor and why it fails", async () => {
  const b = bench();
  const shy = sensor({
    name: "shy",
    every: "30s",
    cursor: 7,
    async *evaluate() {
      yield* [];
      return await Promise.reject(new RangeError("Cannot look: gone"));
    },
  });
  const definitions = define({ shy });
  const resources = lender(() => "");
  const parts = { ...b, definitions, lender: resources };
  for (let turn = 0; turn < 2; turn++) {
    await attend(parts, shy, { now: b.clock.at, signal: new AbortController().signal });
    b.clock.at = new Date(b.clock.at.getTime() + 60_000);
  }
  const about = { version: "1", startedAt: "", adapters: {} as never };
  const health = () => Promise.resolve({ ok: true, dependencies: [] });
  const service = createService({ ...parts, about, health, nextTicks });
  const app = fakeApp({ ...parts, service });
  assertStringIncludes((await call(app, "sensors")).out, "Cannot look: gone");
  const { out } = await call(app, "sensors shy");
  assertStringIncludes(out, "failed 2 times in a row");
  assertStringIncludes(out, "cursor: 7");
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
