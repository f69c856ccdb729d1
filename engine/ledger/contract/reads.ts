/**
 * The contract on reading what happened.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  type Behaviour,
  done,
  drain,
  failed,
  pass,
  result,
  step,
  stopped,
  submit,
  withheld,
  worker,
} from "./subject.ts";
import type { LogRecord } from "../records.ts";

const line = (run: string, message: string, options: Partial<LogRecord> = {}): LogRecord => ({
  at: new Date("2025-01-27T06:00:00.123Z"),
  run,
  step: 0,
  attempt: 1,
  level: "info",
  message,
  fields: null,
  ...options,
});

/** Sentences on facts, slices, runs, durations and logs. */
export const readBehaviours: readonly Behaviour[] = [
  ["slices() tells what is visible, what ended last and what is in flight", async ({ ledger }) => {
    const hand = await worker(ledger);
    assertEquals(await ledger.slices(), []);
    const first = await submit(ledger, [step("a", { partition: "p" }), step("b", { needs: [0] })]);
    const stand = async (asset: string) => (await ledger.slices([asset]))[0];
    assertEquals((await stand("a"))?.inFlight, { run: first, state: "queued" });
    assertEquals((await stand("b"))?.inFlight, { run: first, state: "waiting" });
    const claimed = await hand.one();
    assertEquals(await stand("a"), {
      asset: "a",
      partition: "p",
      visible: null,
      last: null,
      error: null,
      inFlight: { run: first, state: "running" },
    });
    await hand.finish([done(claimed, { value: { big: true } })]);
    const made = await stand("a");
    assertEquals(made?.visible?.version, claimed.version);
    assert(made?.visible && !("value" in made.visible), "the value is left out");
    assertEquals([made.last?.state, made.last?.run], ["success", first]);
    assertEquals([made.error, made.inFlight], [null, null]);
    assertEquals((await ledger.slices()).map((s) => s.asset).sort(), ["a", "b"]);
  }],
  ["slices() keeps the visible version of a slice that failed since", async ({ ledger }) => {
    const hand = await worker(ledger);
    await submit(ledger, [step("a")]);
    const good = await hand.one();
    await hand.finish([done(good)]);
    const second = await submit(ledger, [step("a")]);
    await hand.finish([failed(await hand.one(), "it broke")]);
    const [slice] = await ledger.slices(["a"]);
    assertEquals(slice?.visible?.version, good.version);
    assertEquals([slice?.last?.state, slice?.last?.run], ["failed", second]);
    assertEquals(slice?.error?.message, "it broke");
    await submit(ledger, [step("a")]);
    await hand.finish([done(await hand.one())]);
    assertEquals((await ledger.slices(["a"]))[0]?.error, null);
  }],
  ["slices() tells of the running step where two runs have one", async ({ ledger }) => {
    const hand = await worker(ledger);
    await submit(ledger, [step("a")], { priority: 5 });
    const urgent = await submit(ledger, [step("a")]);
    await hand.one();
    const [slice, ...more] = await ledger.slices();
    assertEquals([slice?.inFlight, more], [{ run: urgent, state: "running" }, []]);
  }],
  ["builds() tells what was published when, and the last before an instant", async (subject) => {
    const { ledger } = subject;
    const hand = await worker(ledger);
    const make = async (partition: string, isShown = true) => {
      await submit(ledger, [step("a", { partition })]);
      const claimed = await hand.one();
      await hand.finish([isShown ? done(claimed) : withheld(claimed, result())]);
      return (await ledger.history("a", { limit: 1 }))[0]!.at;
    };
    await make("p");
    await make("p");
    await make("q");
    await pass(subject, 2);
    const since = await make("r");
    await make("p", false);
    await make("p");
    const told = async (o: { since: Date; limit: number }) =>
      (await ledger.builds("a", o)).map((b) => b.partition).join("");
    assertEquals(await told({ since, limit: 9 }), "pqrp");
    assertEquals(await told({ since: new Date(0), limit: 9 }), "ppqrp");
    assertEquals(await told({ since, limit: 2 }), "rp");
    assertEquals((await ledger.builds("a", { since, limit: 9 })).at(-2)?.at, since);
    assertEquals(await ledger.builds("c", { since, limit: 9 }), []);
  }],
  [
    "versions() gives published versions with their values, also such as are not visible any more",
    async (
      { ledger },
    ) => {
      const hand = await worker(ledger);
      const made: bigint[] = [];
      for (const value of [1, 2]) {
        await submit(ledger, [step("a")]);
        const claimed = await hand.one();
        await hand.finish([done(claimed, { value })]);
        made.push(claimed.version);
      }
      await submit(ledger, [step("a")]);
      const hidden = await hand.one();
      await hand.finish([withheld(hidden, result({ value: 3 }))]);
      const found = await ledger.versions([made[0]!, hidden.version, 999_999n]);
      assertEquals(found.map((m) => [m.version, m.asset, m.value]), [[made[0]!, "a", 1]]);
      assertEquals((await ledger.versions(made)).length, 2);
      assertEquals(await ledger.versions([]), []);
    },
  ],
  ["visibleAt() gives what was visible at an instant", async (subject) => {
    const { ledger } = subject;
    const hand = await worker(ledger);
    const [a, b] = [{ asset: "a", partition: "p" }, { asset: "b", partition: "" }];
    const make = async (value: number) => {
      await submit(ledger, [step("a", { partition: "p" })]);
      await hand.finish([done(await hand.one(), { value })]);
      const { at } = (await ledger.visible([a]))[0]!;
      await pass(subject, 20);
      return new Date(at.getTime() + 5);
    };
    const [first, second] = [await make(1), await make(2)];
    const seen = async (at: Date) => (await ledger.visibleAt([a, b], at)).map((m) => m.value);
    assertEquals([await seen(first), await seen(second)], [[1], [2]]);
    assertEquals(await seen(new Date(first.getTime() - 1_000)), []);
    assertEquals(await ledger.visibleAt([], second), []);
  }],
  ["history() pages through the versions of an asset, newest first", async ({ ledger }) => {
    const hand = await worker(ledger);
    const versions: bigint[] = [];
    for (let i = 0; i < 5; i++) {
      await submit(ledger, [step("a", { partition: `${i % 2}` }), step("b")]);
      const claimed = await hand.claim();
      await hand.finish(claimed.map((c) => done(c)));
      versions.unshift(claimed.find((c) => c.asset === "a")!.version);
    }
    const page = await ledger.history("a", { limit: 3 });
    assertEquals(page.map((m) => m.version), versions.slice(0, 3));
    const rest = await ledger.history("a", { before: String(versions[2]), limit: 3 });
    assertEquals(rest.map((m) => m.version), versions.slice(3));
    assertEquals(await ledger.history("c", { limit: 3 }), []);
  }],
  ["checks() gives the latest verdict of each check of each slice", async ({ ledger }) => {
    const hand = await worker(ledger);
    const verdict = (passed: boolean) => ({
      check: "rows",
      severity: "warning" as const,
      blocking: false,
      passed,
      reason: null,
      metadata: {},
    });
    for (const [partition, passed] of [["p", true], ["q", true], ["p", false]] as const) {
      await submit(ledger, [step("a", { partition })]);
      await hand.finish([done(await hand.one(), { checks: [verdict(passed)] })]);
    }
    const found = (await ledger.checks("a")).map((c) => `${c.partition} ${c.passed}`);
    assertEquals(found.sort(), ["p false", "q true"]);
    assertEquals(await ledger.checks("b"), []);
    assertEquals((await ledger.checks()).length, 2);
  }],
  ["runs() finds runs, newest first", async ({ ledger }) => {
    const hand = await worker(ledger);
    const a = await submit(ledger, [step("a")], { job: "j" });
    const ab = await submit(ledger, [step("a"), step("b")]);
    const b = await submit(ledger, [step("b")], { job: "j" });
    const ids = async (query: object) =>
      (await ledger.runs({ limit: 10, ...query })).map((run) => run.id);
    assertEquals(await ids({}), [b, ab, a]);
    assertEquals(await ids({ limit: 2 }), [b, ab]);
    assertEquals(await ids({ before: ab }), [a]);
    assertEquals(await ids({ job: "j" }), [b, a]);
    assertEquals(await ids({ asset: "a" }), [ab, a]);
    const claimed = await hand.claim(1);
    await hand.finish(claimed.map((c) => done(c)));
    assertEquals(await ids({ state: "success" }), [a]);
    assertEquals(await ids({ state: "running", asset: "b" }), [b, ab]);
    assertEquals(await ledger.run("999999"), undefined);
  }],
  ["runCounts() counts all states", async ({ ledger }) => {
    const hand = await worker(ledger);
    const none = { queued: 0, running: 0, success: 0, failed: 0, cancelled: 0 };
    assertEquals({ ...await ledger.runCounts() }, none);
    for (const end of [done, failed, stopped]) {
      await submit(ledger, [step("a")]);
      await hand.finish([end(await hand.one())]);
    }
    await submit(ledger, [step("a")], { job: "j", maxActiveRuns: 1 });
    await submit(ledger, [step("a")], { job: "j", maxActiveRuns: 1 });
    const one = { queued: 1, running: 1, success: 1, failed: 1, cancelled: 1 };
    assertEquals({ ...await ledger.runCounts() }, one);
  }],
  ["durations() gives the last successes of each asset, newest first", async (subject) => {
    const { ledger } = subject;
    const hand = await worker(ledger);
    for (const ms of [40, 20, 0]) {
      await submit(ledger, [step("a")]);
      const claimed = await hand.one();
      if (ms > 0) await pass(subject, ms);
      await hand.finish([done(claimed)]);
    }
    await submit(ledger, [step("b")]);
    await hand.finish([failed(await hand.one())]);
    const found = await ledger.durations(2);
    assertEquals([...found.keys()], ["a"]);
    const [newest, before, ...more] = found.get("a")!;
    assertEquals(more, []);
    assert(newest! < before! && before! >= 20, `${newest} ms, then ${before} ms`);
    assertEquals((await ledger.durations(9)).get("a")?.length, 3);
  }],
  ["facts() tells everything in order, from any place on", async ({ ledger }) => {
    assertEquals([await ledger.newestFact(), await ledger.facts("", 10)], ["", []]);
    const hand = await worker(ledger);
    const run = await submit(ledger, [step("a", { partition: "p" }), step("b", { needs: [0] })]);
    await drain(hand);
    const all = await ledger.facts("", 1000);
    const steps = all.filter((f) => f.kind === "step" && f.state === "success");
    assertEquals(steps.map((f) => [f.name, f.partition, f.run, f.step]), [
      ["a", "p", run, 0],
      ["b", "", run, 1],
    ]);
    const made = all.filter((f) => f.kind === "materialized");
    assertEquals(made.map((f) => [f.name, f.partition, f.run, f.step]), [
      ["a", "p", run, 0],
      ["b", "", run, 1],
    ]);
    assertEquals(all.filter((f) => f.kind === "run").at(-1)?.state, "success");
    const seqs = all.map((f) => f.seq);
    assertEquals(new Set(seqs.map((seq) => seq.length)).size, 1);
    assertEquals([...seqs].sort(), seqs);
    assertEquals(new Set(seqs).size, seqs.length);
    assertEquals(await ledger.newestFact(), seqs.at(-1));
    const paged: string[] = [];
    for (let after = "";;) {
      const page = await ledger.facts(after, 2);
      if (page.length === 0) break;
      paged.push(...page.map((f) => f.seq));
      after = paged.at(-1)!;
    }
    assertEquals(paged, seqs);
  }],
  ["facts() misses nothing while many write", async ({ ledger }) => {
    const hands = await Promise.all(Array.from({ length: 4 }, () => worker(ledger)));
    await submit(ledger, Array.from({ length: 40 }, (_, i) => step(`a${i}`)));
    const made: string[] = [];
    let after = "";
    const read = async () => {
      const page = await ledger.facts(after, 7);
      made.push(...page.filter((f) => f.kind === "materialized").map((f) => f.name!));
      after = page.at(-1)?.seq ?? after;
      return page.length;
    };
    let writing = true;
    const reader = (async () => {
      while (writing) if (await read() === 0) await new Promise((r) => setTimeout(r, 1));
    })();
    await Promise.all(hands.map(async (hand) => {
      for (let got = await hand.claim(2); got.length > 0; got = await hand.claim(2)) {
        await Promise.all(got.map((claimed) => hand.finish([done(claimed)])));
      }
    }));
    writing = false;
    await reader;
    while (await read() > 0);
    assertEquals([made.length, new Set(made).size], [40, 40]);
  }],
  ["facts() tell of failures and of what was withheld", async ({ ledger }) => {
    const hand = await worker(ledger);
    await submit(ledger, [step("a"), step("b", { needs: [0] }), step("c")]);
    const [a, c] = await hand.claim();
    await hand.finish([withheld(a!, result()), stopped(c!)]);
    const facts = await ledger.facts("", 1000);
    const ended = facts.filter((f) => f.kind === "step")
      .filter((f) => ["failed", "skipped", "cancelled"].includes(f.state ?? ""))
      .map((f) => `${f.name} ${f.state}`);
    assertEquals(ended.sort(), ["a failed", "b skipped", "c cancelled"]);
    assertEquals(facts.filter((f) => f.kind === "withheld").map((f) => f.name), ["a"]);
    assertEquals(facts.filter((f) => f.kind === "materialized"), []);
    assertEquals(facts.filter((f) => f.kind === "run").at(-1)?.state, "failed");
  }],
  ["logs() gives the last lines, and goes on from any of them", async ({ ledger }) => {
    const run = await submit(ledger, [step("a"), step("b")]);
    const other = await submit(ledger, [step("a")]);
    const fields = { rows: 5, ok: true, name: "x" };
    await ledger.log([line(run, "1"), line(run, "2", { step: 1, level: "error", fields })]);
    await ledger.log([line(other, "other"), line(run, "3"), line(run, "4")]);
    const all = await ledger.logs({ run, limit: 10 });
    assertEquals(all.map((l) => l.message), ["1", "2", "3", "4"]);
    const { id: _id, ...second } = all[1]!;
    assertEquals(second, line(run, "2", { step: 1, level: "error", fields }));
    const messages = async (query: object) =>
      (await ledger.logs({ run, limit: 10, ...query })).map((l) => l.message);
    assertEquals(await messages({ limit: 2 }), ["3", "4"]);
    assertEquals(await messages({ step: 0 }), ["1", "3", "4"]);
    assertEquals(await messages({ after: all[0]!.id, limit: 2 }), ["2", "3"]);
    assertEquals(await messages({ after: all[3]!.id }), []);
    await ledger.log([line(run, "5", { step: null, attempt: null, level: "event" })]);
    assertEquals(await messages({ after: all[3]!.id }), ["5"]);
  }],
  ["a line of a log may contain any character", async ({ ledger }) => {
    const run = await submit(ledger, [step("a")]);
    const fields = { text: "NUL \u0000, half \ud83d, end" };
    await ledger.log([line(run, "NUL \u0000, half \ud83d, end", { fields }), line(run, "2")]);
    const [first, second] = await ledger.logs({ run, limit: 5 });
    assertStringIncludes(first?.message ?? "", ", end");
    assertStringIncludes(String(first?.fields?.text), ", end");
    assertEquals(second?.message, "2");
  }],
];
