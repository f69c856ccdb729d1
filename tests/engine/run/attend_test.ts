import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  asset,
  attend,
  backoffMs,
  nextTick,
  partitions,
  request,
  type Sensor,
  sensor,
  setPaused,
  watch,
} from "engine";
import { sensing } from "./sensing.ts";

const daily = partitions.daily({ start: "2025-01-20" });
const sleep = asset({ name: "sleep", partitions: daily, materialize: () => 1 });
const { signal } = new AbortController();

/** A sensor that counts up to what tests say. */
function setUp(o: { readonly timeout?: "50ms"; readonly expect?: "1h" } = {}) {
  const knobs = { upTo: 0, fails: false, hangs: false };
  const counter = sensor({
    name: "counter",
    every: "30s",
    cursor: 0,
    ...o,
    async *evaluate({ cursor }) {
      if (knobs.fails) throw new RangeError("Cannot count: gone");
      if (knobs.hangs) await new Promise(() => {});
      for (let i = cursor + 1; i <= knobs.upTo; i++) {
        yield request(sleep, { partition: "2025-01-26", key: `${i}`, reason: `number ${i}` });
      }
      return knobs.upTo;
    },
  });
  const b = sensing({ sleep, counter });
  const alerts = async () => {
    await watch({ ...b, channels: [], next: nextTick }, b.clock.at);
    const found = await b.ledger.alerts(10);
    return found.map((a) => `${a.resolvedAt ? "ended" : "open"} ${a.episode}`);
  };
  return {
    ...b,
    knobs,
    counter,
    alerts,
    turn: () => attend(b, counter, { now: b.clock.at, signal }),
  };
}

Deno.test("attend() of a paused sensor does not look; resumed it goes on, with nothing lost or doubled", async () => {
  const b = setUp();
  b.knobs.upTo = 1;
  await b.turn();
  const by = { by: "a person", now: b.clock.at };
  assertEquals(await setPaused(b.ledger, "sensor:counter", { ...by, paused: true }), true);
  assertEquals(await setPaused(b.ledger, "sensor:counter", { ...by, paused: true }), false);
  b.knobs.upTo = 3;
  assertEquals((await b.turn()).state, "paused");
  assertEquals(await b.reasons(), ["number 1"]);
  await setPaused(b.ledger, "sensor:counter", { ...by, paused: false });
  await b.turn();
  await b.turn();
  assertEquals(await b.reasons(), ["number 1", "number 2", "number 3"]);
});

Deno.test("attend() of a sensor that fails waits ever longer, whoever asks, and not after a success", async () => {
  const b = setUp();
  b.knobs.fails = true;
  assertEquals((await b.turn()).waitMs, 30_000);
  b.forward(29_999);
  assertEquals((await b.turn()).state, "waiting");
  b.forward(1);
  assertEquals((await b.turn()).state, "failed");
  b.forward(30_000);
  const twice = await b.turn();
  assertEquals([twice.state, twice.waitMs], ["waiting", 30_000]);
  b.forward(30_000);
  b.knobs.fails = false;
  assertEquals((await b.turn()).state, "moved");
  b.knobs.fails = true;
  assertEquals(await b.turn(), { state: "failed", waitMs: 30_000 });
});

Deno.test("backoffMs() doubles up to a quarter of an hour, or its own rhythm if that is slower", () => {
  const waits = [1, 2, 3, 4, 5, 6, 100].map((n) => backoffMs(30_000, n) / 1_000);
  assertEquals(waits, [30, 60, 120, 240, 480, 900, 900]);
  assertEquals(backoffMs(3_600_000, 7), 3_600_000);
});

Deno.test("a sensor that fails twice in a row is one episode until it works again", async () => {
  const b = setUp();
  b.knobs.fails = true;
  await b.turn();
  assertEquals(await b.alerts(), []);
  b.forward(60_000);
  await b.turn();
  for (let i = 0; i < 3; i++) assertEquals(await b.alerts(), ["open sensor:counter"]);
  const [alert] = await b.ledger.alerts(1);
  assertEquals([alert!.kind, alert!.title], ["automation", 'Sensor "counter" fails']);
  assertStringIncludes(alert!.message, "Cannot count: gone");
  b.forward(3_600_000);
  b.knobs.fails = false;
  await b.turn();
  assertEquals(await b.alerts(), ["ended sensor:counter"]);
});

Deno.test("attend() ends a look that takes too long, and says so", async () => {
  const b = setUp({ timeout: "50ms" });
  b.knobs.hangs = true;
  assertEquals((await b.turn()).state, "failed");
  const { result } = (await b.cursor("sensor:counter"))!;
  assertStringIncludes(result!, 'sensor "counter" took longer than 50 ms');
});

Deno.test("a sensor from which something is expected and that is silent is an episode until it asks", async () => {
  const b = setUp({ expect: "1h" });
  b.knobs.upTo = 1;
  await b.turn();
  assertEquals(await b.alerts(), []);
  b.forward(3_600_000);
  await b.turn();
  assertEquals(await b.alerts(), ["open silent:counter"]);
  const [alert] = await b.ledger.alerts(1);
  assertStringIncludes(alert!.message, "it asked for nothing for 1 h, since 2025-01-28T00:00");
  b.knobs.upTo = 2;
  await b.turn();
  assertEquals(await b.alerts(), ["ended silent:counter"]);
});

Deno.test("a sensor that never asked for anything is silent once its time is over", async () => {
  const b = setUp({ expect: "1h" });
  await b.turn();
  assertEquals(await b.alerts(), []);
  b.forward(3_599_999);
  assertEquals(await b.alerts(), []);
  b.forward(1);
  assertEquals(await b.alerts(), ["open silent:counter"]);
});

Deno.test("a paused sensor is neither failing nor silent", async () => {
  const b = setUp({ expect: "1h" });
  b.knobs.fails = true;
  await b.alerts();
  for (let i = 0; i < 3; i++) {
    await b.turn();
    b.forward(3_600_000);
  }
  assertEquals((await b.alerts()).length, 2);
  await setPaused(b.ledger, "sensor:counter", { paused: true, by: "a person", now: b.clock.at });
  assert((await b.alerts()).every((a) => a.startsWith("ended")));
});

Deno.test("two servers count the failures of a sensor once a look", async () => {
  const b = setUp();
  b.knobs.fails = true;
  await b.turn();
  const other: Sensor = { ...b.counter };
  const turn = await attend(b, other, { now: b.clock.at, signal });
  assertEquals(turn.state, "waiting");
});
