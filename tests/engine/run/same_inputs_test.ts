import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  all,
  type Asset,
  asset,
  createService,
  define,
  type Exports,
  external,
  type Json,
  memoryJson,
  newest,
  nextTicks,
  partitions,
  type Slot,
} from "engine";
import { memoryLedger } from "engine/testing";
import { workAll } from "./work_all.ts";

function setUp(exports: Exports) {
  const clock = { at: new Date("2025-01-28T12:00:00Z"), now: () => clock.at };
  const ledger = memoryLedger({ now: () => clock.at });
  const definitions = define(exports);
  const adapters = {
    postgres: "embedded",
    online: "postgres",
    events: "outbox",
    objects: "file",
  } as const;
  const service = createService({
    definitions,
    ledger,
    clock,
    about: { version: "0", startedAt: clock.at.toISOString(), adapters },
    health: () => Promise.resolve({ ok: true, dependencies: [] }),
    nextTicks,
  });
  const pass = () => void (clock.at = new Date(clock.at.getTime() + 60_000));
  return {
    ledger,
    service,
    /** Works all that is there; gives the messages of what failed. */
    async work() {
      const outcomes = await workAll({ definitions, ledger, now: () => clock.at });
      pass();
      return outcomes.flatMap((o) => o.state === "success" ? [] : [o.error.message]);
    },
    async make(selection: string) {
      const { run } = await service.materialize({ selection });
      pass();
      await this.work();
      return run;
    },
    async again(run: string, more: Parameters<typeof service.retry>[1] = {}) {
      const started = await service.retry(run, { inputs: "same", ...more });
      pass();
      const failed = await this.work();
      return { run: started.run, failed };
    },
    value: async (of: Asset, partition = "") =>
      (await ledger.visible([{ asset: of.name, partition }]))[0]?.value,
  };
}

const knobs = () => ({ a: 1, broken: false });

function chain(
  k: ReturnType<typeof knobs>,
  more: Partial<{ store: ReturnType<typeof memoryJson> }> = {},
) {
  const a = asset({ name: "a", ...more, materialize: (): Json => k.a });
  const b = asset({ name: "b", deps: { a }, materialize: ({ a }) => Number(a) * 10 });
  const c = asset({
    name: "c",
    deps: { a, b },
    materialize({ a, b }) {
      if (k.broken) throw new Error("broken");
      return `${a}/${b}`;
    },
  });
  return { a, b, c };
}

Deno.test("a re-run with the same inputs reads what the run read, not what is newest", async () => {
  const k = knobs();
  const it = chain(k);
  const t = setUp(it);
  const run = await t.make("*");
  assertEquals(await t.value(it.c), "1/10");
  k.a = 2;
  await t.make("a b");
  const { failed } = await t.again(run, { only: "c" });
  assertEquals([failed, await t.value(it.c)], [[], "1/10"]);
  const { run: newer } = await t.service.retry(run, { only: "c" });
  await t.work();
  assertEquals([newer > run, await t.value(it.c)], [true, "2/20"]);
});

Deno.test("a re-run with the same inputs of what failed reads what was visible when it began", async () => {
  const k = knobs();
  const it = chain(k);
  const t = setUp(it);
  k.broken = true;
  const run = await t.make("*");
  k.broken = false;
  k.a = 2;
  await t.make("a b");
  const { run: again, failed } = await t.again(run);
  assertEquals([failed, await t.value(it.c)], [[], "1/10"]);
  const found = (await t.ledger.run(again))!;
  assertEquals(found.run.parent, run);
  assertStringIncludes(found.run.reason, "with the inputs that it read");
  const [made] = await t.ledger.visible([{ asset: "c", partition: "" }]);
  const pins = found.steps[0]!.pins!;
  assertEquals(made!.inputs.map((i) => i.version), pins.map((p) => p.version));
  // A re-run of the re-run has the same inputs again.
  assertEquals([(await t.again(again, { which: "all" })).failed, await t.value(it.c)], [
    [],
    "1/10",
  ]);
});

Deno.test("a re-run with the same inputs reads from itself what it makes again", async () => {
  const k = knobs();
  const it = chain(k);
  const t = setUp(it);
  const run = await t.make("*");
  k.a = 2;
  await t.make("a");
  const { failed } = await t.again(run, { only: "b", downstream: true });
  assertEquals([failed, await t.value(it.c)], [[], "1/10"]);
  const { run: whole } = await t.again(run, { which: "all" });
  assertEquals(await t.value(it.c), "2/20", "all of it, and the first reads nothing");
  assertEquals((await t.ledger.run(whole))!.steps[2]!.pins!.map((p) => p.version), [null, null]);
});

Deno.test("a skipped step reads what its own run made, though it never began", async () => {
  const k = knobs();
  const a = asset({ name: "a", materialize: () => k.a });
  const wall = asset({
    name: "wall",
    materialize() {
      if (k.broken) throw new Error("broken");
      return 0;
    },
  });
  const c = asset({ name: "c", deps: { a, wall }, materialize: ({ a, wall }) => a + wall });
  const t = setUp({ a, wall, c });
  k.broken = true;
  const run = await t.make("*");
  k.broken = false;
  k.a = 5;
  await t.make("a");
  assertEquals([(await t.again(run)).failed, await t.value(c)], [[], 1]);
});

Deno.test("slices that came later are not read again with the same inputs", async () => {
  const daily = partitions.daily({ start: "2025-01-25" });
  const days = asset({ name: "days", partitions: daily, materialize: () => 1 });
  const last = asset({ name: "last", deps: { day: newest(days) }, materialize: ({ day }) => day });
  const count = asset({
    name: "count",
    deps: { days: all(days) },
    materialize: ({ days }) => days.keys.length,
  });
  const t = setUp({ days, last, count });
  const { run: first } = await t.service.materialize({
    selection: "days",
    partitions: ["2025-01-25"],
  });
  await t.work();
  const run = await t.make("count last");
  await t.service.materialize({ selection: "days", partitions: ["2025-01-26"] });
  await t.work();
  assertEquals([first, (await t.again(run, { which: "all" })).failed, await t.value(count)], [
    "1",
    [],
    1,
  ]);
  const [made] = await t.ledger.visible([{ asset: "last", partition: "" }]);
  assertEquals(made!.inputs.map((i) => i.partition), ["2025-01-25"]);
});

Deno.test("a version that its store has lost is refused with a sentence, and not tried again", async () => {
  const k = knobs();
  const kept = memoryJson();
  const lost = new Set<string>();
  const store = {
    ...kept,
    read: (slot: Slot) =>
      lost.has(slot.version) ? Promise.reject(new Deno.errors.NotFound("gone")) : kept.read(slot),
  };
  const it = chain(k, { store });
  const t = setUp(it);
  const run = await t.make("*");
  lost.add(
    (await t.ledger.visible([{ asset: "a", partition: "" }])).map((m) => String(m.version))[0]!,
  );
  k.a = 2;
  await t.make("a b");
  const { failed } = await t.again(run, { only: "b" });
  assertEquals(failed.length, 1);
  assertStringIncludes(failed[0]!, 'of its input "a" is not in its store any more');
});

Deno.test("what lies in a table that shows another version is refused at once", async () => {
  const k = knobs();
  const rows = asset({ name: "rows", io: { tables: ["features.rows"] }, materialize: () => k.a });
  const sum = asset({ name: "sum", deps: { rows }, materialize: ({ rows }) => rows });
  const t = setUp({ rows, sum });
  const run = await t.make("*");
  assertEquals((await t.again(run, { only: "sum" })).failed, []);
  await t.make("rows");
  await assertRejects(
    () => t.service.retry(run, { only: "sum", inputs: "same" }),
    RangeError,
    'its input "rows" lies in the table features.rows, which shows version 4 and not 1',
  );
});

Deno.test("external data that has changed is refused; that was only looked at again is not", async () => {
  const k = knobs();
  const users = external({ name: "users", observe: () => ({ users: k.a }) });
  const seen = asset({ name: "seen", deps: { users }, materialize: ({ users }) => users.users });
  const t = setUp({ users, seen });
  const run = await t.make("*");
  await t.make("users");
  assertEquals((await t.again(run, { only: "seen" })).failed, []);
  k.a = 2;
  await t.make("users");
  await assertRejects(
    () => t.service.retry(run, { only: "seen", inputs: "same" }),
    RangeError,
    'its input "users" lies outside and has changed since',
  );
});

Deno.test("external data that only the step looked at is looked at again, and compared", async () => {
  const k = knobs();
  const users = external({ name: "users", observe: () => ({ users: k.a }) });
  const seen = asset({ name: "seen", deps: { users }, materialize: ({ users }) => users.users });
  const t = setUp({ users, seen });
  const run = await t.make("seen");
  assertEquals((await t.again(run, { which: "all" })).failed, []);
  k.a = 2;
  const { failed } = await t.again(run, { which: "all" });
  assert(failed[0]?.includes('"users" lies outside and has changed since'), failed[0]);
});
