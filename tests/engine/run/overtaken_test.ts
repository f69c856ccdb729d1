import { assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import { asset, codeVersion, define, type Ledger, type OnNewCode, submissionOf } from "engine";
import { withCodeVersion } from "engine";
import { memoryLedger } from "engine/testing";
import { job } from "../../../engine/declare/job.ts";
import { overtake } from "../../../engine/run/overtaken.ts";

const now = new Date("2025-01-28T06:00:00Z");
const hello = { host: "here", pid: 1, queues: ["default"], slots: 4 };

function declared(version: string, onNewCode: OnNewCode) {
  const first = asset({ name: "first", version, materialize: () => 1 });
  const second = asset({ name: "second", version, deps: { first }, materialize: () => 2 });
  const nightly = job({ name: "nightly", assets: [first, second], onNewCode });
  return define({ first, second, nightly });
}

/** A run of which the first step was computed with the old code, whose worker then left for one with the new code. */
async function overtaken(ledger: Ledger, onNewCode: OnNewCode) {
  const before = declared("1", onNewCode);
  const old = withCodeVersion(ledger, before);
  const targets = before.assets.map((a) => ({
    asset: a,
    key: a.partitions.parse(""),
    partition: "",
    reason: "asked for",
  }));
  const asking = { trigger: "cli", by: null, reason: "asked for" } as const;
  const nightly = { name: "nightly", maxActiveRuns: 1 };
  const { run } = await old.submit(submissionOf(before, targets, { ...asking, job: nightly }, now));
  const worker = await old.join(hello);
  const ask = { worker, queues: ["default"], room: 1 };
  const [claimed] = await old.claim(ask);
  const { step, attempt } = claimed!;
  const result = {
    code: "",
    config: "",
    dataVersion: "",
    inputs: [],
    metadata: {},
    value: null,
    checks: [],
    events: [],
  };
  await old.finish([{ run, step, attempt, state: "success", result }], { ...ask, room: 0 });
  await old.leave(worker);
  const after = declared("2", onNewCode);
  const current = withCodeVersion(ledger, after);
  const heir = await current.join(hello);
  const claim = async () =>
    (await current.claim({ worker: heir, queues: ["default"], room: 9 })).map((c) => c.asset);
  return { run, claim, before, after, current };
}

Deno.test("overtake() lets a run go on with the code of those who are there", async () => {
  const ledger = memoryLedger({ now: () => now });
  const { run, claim, before, after, current } = await overtaken(ledger, "continue");
  assertNotEquals(codeVersion(before), codeVersion(after));
  assertEquals(await claim(), []);
  assertEquals(await overtake({ definitions: after, ledger: current }, now), [
    { run, by: "continue" },
  ]);
  assertEquals(await claim(), ["second"]);
  const found = (await ledger.run(run))!.run;
  assertEquals([found.codeBefore, found.code], [codeVersion(before), codeVersion(after)]);
  assertEquals(await overtake({ definitions: after, ledger: current }, now), []);
});

Deno.test("overtake() plans anew what was left, once, if the job says so", async () => {
  const ledger = memoryLedger({ now: () => now });
  const { run, claim, after, current } = await overtaken(ledger, "replan");
  const looks = Array.from(
    { length: 3 },
    () => overtake({ definitions: after, ledger: current }, now),
  );
  await Promise.all(looks);
  assertEquals((await ledger.run(run))!.run.state, "cancelled");
  const [made, ...rest] = await ledger.runs({ limit: 10, state: "running" });
  assertEquals(rest, []);
  assertStringIncludes(made!.reason, `planned anew from run ${run}, since the code changed`);
  assertEquals([made!.job, made!.code], ["nightly", codeVersion(after)]);
  assertEquals(await claim(), ["second"]);
});

Deno.test("overtake() leaves a run alone whose job waits for its code", async () => {
  const ledger = memoryLedger({ now: () => now });
  const { run, claim, before, after, current } = await overtaken(ledger, "wait");
  assertEquals(await overtake({ definitions: after, ledger: current }, now), []);
  assertEquals(await claim(), []);
  const old = withCodeVersion(ledger, before);
  const worker = await old.join(hello);
  const claimed = await old.claim({ worker, queues: ["default"], room: 9 });
  assertEquals(claimed.map((c) => [c.run, c.asset]), [[run, "second"]]);
});
