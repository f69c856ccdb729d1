import { assertEquals, assertNotEquals } from "@std/assert";
import {
  asset,
  codeVersion,
  define,
  type Definitions,
  type Ledger,
  lender,
  loops,
  nextTick,
  submissionOf,
  withCodeVersion,
  work,
} from "engine";
import { openLedger } from "../../../adapters/postgres/ledger/ledger.ts";
import { ledgerDatabase } from "../../services/ledger.ts";
import { until } from "../../e2e/program.ts";

/** A chain of two, of which the first one ends when it is let. */
function declared(version: string, let_: Promise<void>): Definitions {
  const first = asset({
    name: "first",
    version,
    materialize: async () => {
      await let_;
      return version;
    },
  });
  const second = asset({ name: "second", version, deps: { first }, materialize: () => version });
  return define({ first, second });
}

/** A worker and the loops of a server with some code, until it is stopped. */
function program(ledger: Ledger, definitions: Definitions) {
  const stop = new AbortController();
  const resources = lender(() => "");
  const hello = { host: "test", pid: 1, queues: ["default"], slots: 2 };
  const common = { definitions, ledger, lender: resources, signal: stop.signal };
  const running = [
    work({ ...common, hello, pollMs: 50 }),
    loops({ ...common, next: nextTick, channels: [], schedules: false, onTrouble: () => {} }),
  ];
  return async () => {
    stop.abort();
    await Promise.all(running);
    await resources[Symbol.asyncDispose]();
  };
}

Deno.test("a rolling restart lets a run go on with later code when the last old worker has ended", async () => {
  await using db = await ledgerDatabase();
  await using one = await openLedger(db.url);
  await using two = await openLedger(db.url);
  const gate = Promise.withResolvers<void>();
  const before = declared("1", gate.promise);
  const after = declared("2", Promise.resolve());
  assertNotEquals(codeVersion(before), codeVersion(after));
  const old = withCodeVersion(one, before);
  const targets = before.assets.map((a) => ({
    asset: a,
    key: undefined,
    partition: "",
    reason: "asked for",
  }));
  const asking = { trigger: "cli", by: null, reason: "asked for" } as const;
  const { run } = await old.submit(submissionOf(before, targets, asking, new Date()));
  const endOld = program(old, before);
  const steps = async () => (await one.run(run))!.steps.map((s) => s.state).join(" ");
  await until(async () => await steps() === "running waiting", { what: "the first step to run" });
  const endNew = program(withCodeVersion(two, after), after);
  await until(async () => (await one.workers()).length === 2, { what: "the new worker to join" });
  // Nobody takes the step from the old worker; it ends what it has, and then itself.
  const ending = endOld();
  gate.resolve();
  await ending;
  await until(async () => (await one.run(run))!.run.state === "success", {
    what: "the run to end",
  });
  const found = (await one.run(run))!;
  assertEquals([found.run.codeBefore, found.run.code], [codeVersion(before), codeVersion(after)]);
  assertEquals(found.steps.map((s) => s.attempts.length), [1, 1]);
  const [first] = await one.visible([{ asset: "first", partition: "" }]);
  const [second] = await one.visible([{ asset: "second", partition: "" }]);
  assertEquals([first?.value, second?.value], ["1", "2"]);
  await endNew();
});
