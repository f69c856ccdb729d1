import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  asset,
  type Connection,
  define,
  lender,
  partitions,
  request,
  resource,
  sense,
  sensor,
  UnknownConnection,
} from "engine";
import { memoryLedger } from "engine/testing";

const daily = partitions.daily({ start: "2025-01-20" });
const sleep = asset({ name: "sleep", partitions: daily, materialize: () => 1 });
const mood = asset({ name: "mood", partitions: daily, deps: { sleep }, materialize: () => 1 });

/** An event of the outside world. */
type Event = { readonly id: number; readonly day: `2025-01-${number}`; readonly key?: string };

/** A sensor on a list of events, which tests fill. */
function setUp() {
  const events: Event[] = [];
  const knobs = { fails: false, closed: 0, opened: 0 };
  const source = resource({
    name: "events",
    open: () => (knobs.opened++, events),
    close: () => void knobs.closed++,
  });
  const arrivals = sensor({
    name: "arrivals",
    every: "5s",
    cursor: 0,
    resources: { source },
    async *evaluate({ cursor, resources }) {
      for (const e of resources.source.filter((e) => e.id > cursor)) {
        const reason = `event ${e.id}`;
        for (const a of [sleep, mood]) {
          yield request(a, { partition: e.day, reason, ...(e.key ? { key: e.key } : {}) });
        }
        if (knobs.fails) throw new RangeError("Cannot read events: gone");
        await Promise.resolve();
      }
      return resources.source.at(-1)?.id ?? cursor;
    },
  });
  const clock = { at: new Date("2025-01-28T00:00:00Z") };
  const ledger = memoryLedger({ now: () => clock.at });
  const definitions = define({ sleep, mood, arrivals });
  const resources = lender(() => "");
  const o = { definitions, ledger, lender: resources };
  return {
    events,
    knobs,
    ledger,
    resources,
    look: (signal = new AbortController().signal) => sense(o, arrivals, clock.at, signal),
    cursor: async () => (await ledger.cursors("sensor:arrivals"))[0],
    runs: async () => (await ledger.runs({ limit: 100 })).toReversed(),
  };
}

Deno.test("sense() begins at the declared cursor and asks for one run for all requests of a look", async () => {
  const b = setUp();
  b.events.push({ id: 1, day: "2025-01-26" }, { id: 2, day: "2025-01-27" });
  await b.look();
  const [run, ...others] = await b.runs();
  assertEquals(others, []);
  const { steps } = (await b.ledger.run(run!.id))!;
  assertEquals(steps.map((s) => [s.asset, s.partition, s.needs]), [
    ["sleep", "2025-01-26", []],
    ["sleep", "2025-01-27", []],
    ["mood", "2025-01-26", [0]],
    ["mood", "2025-01-27", [1]],
  ]);
  assertEquals([run!.trigger, run!.by, run!.reason], ["sensor", "arrivals", "event 1"]);
  assertEquals((await b.cursor())!.value, 2);
});

Deno.test("sense() goes on from its cursor, which outlives the process", async () => {
  const b = setUp();
  b.events.push({ id: 1, day: "2025-01-26" });
  await b.look();
  await b.look();
  b.events.push({ id: 2, day: "2025-01-27" });
  await b.look();
  await b.look();
  assertEquals((await b.runs()).map((r) => r.partition), ["2025-01-26", "2025-01-27"]);
});

Deno.test("sense() says that there is nothing new", async () => {
  const b = setUp();
  await b.look();
  const { result, outcome, value } = (await b.cursor())!;
  assertEquals([result, outcome, value], ["nothing new", "skipped", 0]);
});

Deno.test("sense() that fails keeps its cursor, asks for nothing and looks again", async () => {
  const b = setUp();
  b.events.push({ id: 1, day: "2025-01-26" });
  await b.look();
  b.events.push({ id: 2, day: "2025-01-27" });
  b.knobs.fails = true;
  await b.look();
  assertEquals((await b.runs()).length, 1);
  const failed = (await b.cursor())!;
  assertEquals([failed.outcome, failed.value], ["failed", 1]);
  assertStringIncludes(failed.result!, "Cannot read events: gone");
  b.knobs.fails = false;
  await b.look();
  assertEquals((await b.runs()).map((r) => r.partition), ["2025-01-26", "2025-01-27"]);
});

Deno.test("sense() makes requests of one key one run, and the same key later no further run", async () => {
  const b = setUp();
  b.events.push({ id: 1, day: "2025-01-26", key: "a" }, { id: 2, day: "2025-01-27", key: "b" });
  await b.look();
  assertEquals((await b.runs()).map((r) => [r.key, r.partition]), [
    ["sensor:arrivals:a", "2025-01-26"],
    ["sensor:arrivals:b", "2025-01-27"],
  ]);
  b.events.push({ id: 3, day: "2025-01-26", key: "a" });
  await b.look();
  assertEquals((await b.runs()).length, 2);
  assertEquals((await b.cursor())!.value, 3);
});

Deno.test("sense() of two servers at once asks once", async () => {
  const b = setUp();
  b.events.push({ id: 1, day: "2025-01-26" });
  await Promise.all([b.look(), b.look(), b.look()]);
  assertEquals((await b.runs()).length, 1);
});

Deno.test("sense() that asks for what does not exist fails and names what was meant", async () => {
  const ledger = memoryLedger({ now: () => new Date(0) });
  const wrong = sensor({
    name: "wrong",
    every: "5s",
    cursor: "",
    async *evaluate() {
      yield { asset: "slep", partition: "2025-01-26", key: undefined, reason: undefined };
      return await Promise.resolve("end");
    },
  });
  await using resources = lender(() => "");
  const o = { definitions: define({ sleep, mood, wrong }), ledger, lender: resources };
  await sense(o, wrong, new Date(0), new AbortController().signal);
  const [cursor] = await ledger.cursors("sensor:wrong");
  assertEquals([cursor!.outcome, cursor!.value], ["failed", ""]);
  assertStringIncludes(cursor!.result!, 'did you mean "sleep"');
});

Deno.test("sense() that is stopped tells of no failure", async () => {
  const b = setUp();
  b.events.push({ id: 1, day: "2025-01-26" });
  b.knobs.fails = true;
  await b.look(AbortSignal.abort());
  assertEquals(await b.cursor(), undefined);
});

Deno.test("lender() opens a resource once and closes it at the end", async () => {
  const b = setUp();
  for (let i = 0; i < 3; i++) await b.look();
  assertEquals([b.knobs.opened, b.knobs.closed], [1, 0]);
  await b.resources[Symbol.asyncDispose]();
  assertEquals(b.knobs.closed, 1);
});

Deno.test("lender() gives connections by name to what it opens, and none unless it has some", async () => {
  const wanted = resource({
    name: "wanted",
    open: async (_env, connection) => (await connection("warehouse")).host,
  });
  const warehouse: Connection = {
    name: "warehouse",
    kind: "postgres",
    host: "db",
    port: null,
    login: null,
    password: null,
    schema: null,
    extra: {},
  };
  await using some = lender(() => "", () => Promise.resolve(warehouse));
  assertEquals(await some.lend({ wanted }), { wanted: "db" });
  await using none = lender(() => "");
  await assertRejects(
    () => none.lend({ wanted }),
    UnknownConnection,
    'Cannot find connection "warehouse"',
  );
});

Deno.test("lender() tries again what failed to open, and closes the others when one fails to close", async () => {
  let tries = 0;
  let closed = 0;
  const shy = resource({
    name: "shy",
    open() {
      if (++tries === 1) throw new Error("not yet");
      return tries;
    },
    close() {
      throw new Error("stuck");
    },
  });
  const other = resource({ name: "other", open: () => 1, close: () => void closed++ });
  const resources = lender(() => "");
  const first = await resources.lend({ shy }).catch((e: Error) => e.message);
  assertEquals(first, "not yet");
  assertEquals(await resources.lend({ shy, other }), { shy: 2, other: 1 });
  const said = await resources[Symbol.asyncDispose]().then(() => "", (e: Error) => e.message);
  assert(said.includes("stuck"));
  assertEquals(closed, 1);
});
