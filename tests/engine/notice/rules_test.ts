import { assertEquals } from "@std/assert";
import {
  asset,
  check,
  define,
  fail,
  type HostVitals,
  job,
  nextTick,
  pass,
  type SharedVitals,
  submissionOf,
  watch,
} from "engine";
import { memoryLedger } from "engine/testing";
import { tellHost } from "../../../engine/notice/hosts.ts";
import { workAll } from "../run/work_all.ts";

/** A job of one asset with a check, whose code the test turns. */
function setUp() {
  const clock = { at: new Date("2025-01-28T00:00:00Z") };
  const knobs = { broken: false, sound: true };
  const ledger = memoryLedger({ now: () => clock.at });
  const sales = asset({
    name: "sales",
    materialize() {
      if (knobs.broken) throw new RangeError("no rows");
      return 1;
    },
  });
  const sound = check(sales, {
    name: "sound",
    severity: "error",
    run: () => knobs.sound ? pass() : fail("no sale"),
  });
  const nightly = job({ name: "nightly", assets: [sales] });
  const definitions = define({ sales, sound, nightly });
  const look = async (o = {}) => {
    await watch({ definitions, ledger, channels: [], next: nextTick, ...o }, clock.at);
    return (await ledger.alerts(9)).filter((a) => a.resolvedAt === null);
  };
  return {
    ledger,
    knobs,
    look,
    now: () => clock.at,
    episodes: async (o = {}) => (await look(o)).map((a) => `${a.severity} ${a.episode}`),
    forward: (ms: number) => void (clock.at = new Date(clock.at.getTime() + ms)),
    async submit() {
      const target = { asset: sales, key: undefined, partition: "", reason: "asked for" };
      const asking = { trigger: "schedule", by: null, reason: "tick", job: nightly } as const;
      return (await ledger.submit(submissionOf(definitions, [target], asking, clock.at))).run;
    },
    async run() {
      const run = await this.submit();
      await workAll({ definitions, ledger, now: () => clock.at });
      this.forward(1_000);
      return run;
    },
  };
}

Deno.test("a check of severity error is an episode, and none of a warning's kind", async () => {
  const t = setUp();
  t.knobs.sound = false;
  await t.run();
  const [alert] = await t.look();
  assertEquals([alert?.episode, alert?.severity], ["check:sales:sound", "error"]);
  assertEquals(alert?.title, 'Check "sound" of "sales" fails');
  t.knobs.sound = true;
  await t.run();
  assertEquals(await t.look(), []);
});

Deno.test("a failed run whose asset tells of it is told of once", async () => {
  const t = setUp();
  t.knobs.broken = true;
  await t.run();
  assertEquals(await t.episodes(), ["error failed:sales"]);
});

Deno.test("a failed run that no asset tells of is an episode until the next run of its job ends well", async () => {
  const t = setUp();
  t.knobs.broken = true;
  const failed = await t.run();
  t.knobs.broken = false;
  // By hand and not by the job: the asset is well again, the last run of the job is not.
  const definitions = define({ sales: asset({ name: "sales", materialize: () => 1 }) });
  const target = { asset: definitions.asset("sales"), key: undefined, partition: "", reason: "" };
  const asking = { trigger: "api", by: null, reason: "by hand" } as const;
  await t.ledger.submit(submissionOf(definitions, [target], asking, t.now()));
  await workAll({ definitions, ledger: t.ledger, now: t.now });
  t.forward(1_000);
  const [alert, ...more] = await t.look();
  assertEquals([alert?.episode, alert?.kind, alert?.run], ["run:nightly", "run", failed]);
  assertEquals(more, []);
  await t.submit();
  assertEquals(await t.episodes(), ["error run:nightly"], "while the next one runs");
  await t.run();
  assertEquals(await t.episodes(), []);
});

const shared = (waitsFor: number, now: Date): SharedVitals => ({
  queue: { waiting: 1, oldest: new Date(now.getTime() - waitsFor * 60_000) },
  pools: [],
  connections: { used: 1, most: 100 },
  outbox: null,
  refused: null,
});

Deno.test("a queue that waits is one episode, which only who measured may end", async () => {
  const t = setUp();
  const measured = { shared: shared(20, t.now()), at: t.now() };
  assertEquals(await t.episodes({ measured }), ["error resource:queue"]);
  assertEquals(await t.episodes(), ["error resource:queue"], "this one did not measure");
  t.forward(3 * 60_000);
  assertEquals(await t.episodes({ measured }), ["error resource:queue"], "that is too old");
  const fine = { shared: shared(1, t.now()), at: t.now() };
  assertEquals(await t.episodes({ measured: fine }), []);
  assertEquals((await t.ledger.alerts(9)).length, 1);
});

Deno.test("each server judges the machines of all, until they fall silent", async () => {
  const t = setUp();
  const host = (name: string, used: number): HostVitals => ({
    host: name,
    at: t.now(),
    memory: { used, most: 100 },
    disk: null,
  });
  const look = () => t.episodes({ measured: { shared: shared(0, t.now()), at: t.now() } });
  await tellHost(t.ledger, host("one", 95));
  await tellHost(t.ledger, host("two", 10));
  assertEquals(await look(), ["error resource:memory:one"]);
  t.forward(100_000);
  await tellHost(t.ledger, host("two", 10));
  assertEquals(await look(), ["error resource:memory:one"]);
  t.forward(30_000);
  assertEquals(await look(), [], "nobody knows any more");
});
