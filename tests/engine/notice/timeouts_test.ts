import { assertEquals, assertStringIncludes } from "@std/assert";
import { asset, define, job, nextTick, submissionOf, watch } from "engine";
import { memoryLedger } from "engine/testing";
import { workAll } from "../run/work_all.ts";

function setUp() {
  const clock = { at: new Date("2025-01-28T00:00:00Z") };
  const ledger = memoryLedger({ now: () => clock.at });
  const report = asset({ name: "report", materialize: () => 1 });
  const nightly = job({ name: "nightly", assets: [report], timeout: "2h", maxActiveRuns: 9 });
  const definitions = define({ report, nightly });
  return {
    ledger,
    forward: (ms: number) => void (clock.at = new Date(clock.at.getTime() + ms)),
    async submit() {
      const target = { asset: report, key: undefined, partition: "", reason: "asked for" };
      const asking = { trigger: "schedule", by: null, reason: "tick", job: nightly } as const;
      return (await ledger.submit(submissionOf(definitions, [target], asking, clock.at))).run;
    },
    work: () => workAll({ definitions, ledger, now: () => clock.at }),
    async look() {
      const o = { definitions, ledger, channels: [], next: nextTick };
      await watch(o, clock.at);
      const open = (await ledger.alerts(10)).filter((a) => a.resolvedAt === null);
      return open.filter((a) => a.episode === "timeout:nightly");
    },
  };
}

Deno.test("a run that took longer than its job allows alerts as failed, until one ends in time", async () => {
  const t = setUp();
  const run = await t.submit();
  t.forward(7_199_000);
  assertEquals(await t.ledger.expire(), []);
  // Nobody looked for hours: it is judged by what is remembered.
  t.forward(36_000_000);
  assertEquals(await t.ledger.expire(), [run]);
  const [alert, ...more] = await t.look();
  assertEquals([alert?.kind, alert?.run, more.length], ["failed", run, 0]);
  assertStringIncludes(alert!.message, "timeout of 2 h");
  t.forward(60_000);
  const next = await t.submit();
  assertEquals((await t.look()).length, 1, "the next one has not ended yet");
  await t.ledger.cancel(await t.submit(), "ada");
  t.forward(60_000);
  assertEquals((await t.look()).length, 1, "a cancelled run says nothing");
  await t.work();
  assertEquals((await t.ledger.run(next))?.run.state, "success");
  t.forward(60_000);
  assertEquals(await t.look(), []);
});
