import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { isAlive, kill, start } from "../../e2e/program.ts";
import { useCodeFingerprints } from "engine";
import { testLedger } from "../../services/ledger.ts";
import { crew, until } from "./crew.ts";
import { steps } from "./steps.ts";

/** Every way to die, and the words that are kept of it. */
const DEATHS = {
  exits: /^failed: Cannot finish "exits": its process was ended with exit code 3 \(Deno\.exit\)/,
  // Whether V8 gives up first or is caught depends on how fast it fills.
  heap: /^failed: Cannot finish "heap": it(s process ran out| used \d+ MB of 300 MB) of memory/,
  buffers: /^failed: Cannot finish "buffers": it used \d+ MB of 300 MB of memory and was killed/,
  crashes: /^failed: Cannot finish "crashes": its process crashed by SIGSEGV \(native code\)/,
  spins:
    /^failed: Cannot finish "spins": it took longer than its timeout of 300 ms; it did not end within 500 ms after context\.signal told it, and was killed/,
  hangs:
    /^failed: Cannot finish "hangs": it took longer than its timeout of 300 ms; it did not end within 500 ms/,
  stray:
    /^failed: Cannot finish "stray": its process ended by an error that nobody caught: error: Uncaught.*nobody waits for this/,
  is_late: /^failed: Cannot finish "is_late": it took longer than its timeout of 300 ms/,
};

Deno.test("an error that nobody catches tells no secret that only its process knows", async () => {
  await using c = await crew();
  assertMatch(
    await c.failure("blurts"),
    /^failed: Cannot finish "blurts": its process ended by an error that nobody caught: error: Uncaught.*refused with \*\*\*$/,
  );
  const kept = JSON.stringify([c.trouble, await c.ledger.logs({ run: "1", limit: 100 })]);
  assert(!kept.includes("planted-in-a-process"), kept);
});

Deno.test("steps die in every way, one after the other: the next ones and the worker live", async () => {
  await using c = await crew();
  const beside = await c.submit("holds");
  for (const [name, words] of Object.entries(DEATHS)) {
    assertMatch(await c.failure(name), words);
    assertEquals(await c.value("pid_in_worker"), Deno.pid);
    const { pid } = await c.value("pid") as { pid: number };
    assertNotEquals(pid, Deno.pid);
  }
  assertEquals((await c.ledger.run(beside))!.steps.map((s) => [s.state, s.attempts.length]), [
    ["running", 1],
  ]);
  assertEquals((await c.ledger.workers()).length, 1);
  await c.ledger.cancel(beside, "ada");
  await c.ended(beside);
});

Deno.test("a heap that reaches its limit ends the step, also where memory cannot be watched", async () => {
  await using c = await crew({ lookMs: 60_000 });
  const words =
    /^failed: Cannot finish "heap": its process ran out of memory: its JavaScript heap reached 300 MB$/;
  assertMatch(await c.failure("heap"), words);
  assertEquals(await c.value("pid_in_worker"), Deno.pid);
});

Deno.test("1 GB of output is neither kept in memory nor in the log, but its beginning and its end", async () => {
  await using c = await crew();
  const before = Deno.memoryUsage().rss;
  let most = 0;
  const looking = setInterval(() => most = Math.max(most, Deno.memoryUsage().rss), 50);
  const run = await c.submit("chatters");
  const step = (await c.ended(run)).get("chatters")!;
  clearInterval(looking);
  assertEquals(step.state, "success");
  assert(most - before < 150_000_000, `It grew by ${(most - before) / 1e6} MB`);
  const lines = await c.lines(run);
  assert(lines.some((l) => l.startsWith("info 0 xxx")));
  assert(lines.some((l) => l.startsWith("info 99999 xxx")));
  // Of 10,000 characters of a line the process itself says 8,000.
  assert(lines.some((l) => /^warn … \d+ lines \(799\.\d MB\) are left out here …$/.test(l)));
  assert(lines.reduce((sum, l) => sum + l.length, 0) < 4_000_000);
  assertEquals(await c.value("pid_in_worker"), Deno.pid);
});

Deno.test("what a step prints raw is in its log and harms nothing", async () => {
  await using c = await crew();
  const run = await c.submit("prints");
  assertEquals((await c.ended(run)).get("prints")!.state, "success");
  const lines = (await c.lines(run)).filter((l) => !l.startsWith("event"));
  assertEquals(lines.filter((l) => l.startsWith("info")), [
    'info {"say":"outcome"}',
    "info half a linestructured",
  ]);
  assert(lines.includes("warn from native code"));
});

Deno.test("lines before a crash and before a kill are kept", async () => {
  await using c = await crew();
  for (const [name, line] of [["crashes", "before the crash"], ["spins", "round and round"]]) {
    const run = await c.submit(name!);
    await c.ended(run);
    assert((await c.lines(run)).includes(`info ${line}`));
  }
});

Deno.test("a process stays warm for the next step, with what it has open", async () => {
  await using c = await crew({ slots: 1 });
  const first = await c.value("pid") as { opened: number };
  const again = await c.value("pid");
  assertEquals(again, first);
  assertEquals(first.opened, 1);
  assertEquals(await c.value("after"), undefined);
  await c.value("pid_in_worker");
  assertEquals(await c.value("after"), [1, Deno.pid]);
  assertEquals(c.processes.pids().length, 1);
});

Deno.test("one process for each limit, no more than slots, and none when idle", async () => {
  await using c = await crew({ slots: 1, idleMs: 300 });
  await c.value("pid");
  const [warm] = c.processes.pids();
  await c.failure("buffers");
  assert(!c.processes.pids().includes(warm!));
  await c.value("pid");
  const pids = c.processes.pids();
  assertEquals(pids.length, 1);
  await until(() => !isAlive(pids[0]!), "the idle process to end");
  assertEquals(c.processes.pids(), []);
});

Deno.test("a step does not pay for what those before it left in memory", async () => {
  await using c = await crew({ slots: 1 });
  const seen: [pid: number, kept: number][] = [];
  for (let i = 0; i < 12; i++) seen.push(await c.value("hoards") as [number, number]);
  assert(seen[1]![1] === 2, "the process stays warm while little is left");
  assert(new Set(seen.map(([pid]) => pid)).size > 1);
  assert(Math.max(...seen.map(([, kept]) => kept)) < 7);
});

Deno.test("a step that is told by context.signal ends by itself within the grace", async () => {
  await using c = await crew();
  const run = await c.submit("listens");
  const step = (await c.ended(run)).get("listens")!;
  assertEquals(
    step.error!.message,
    'Cannot finish "listens": it took longer than its timeout of 300 ms',
  );
  assert((await c.lines(run)).includes("info told: TimeoutError"));
});

Deno.test("a step that declares more grace has it", async () => {
  await using c = await crew();
  const run = await c.submit("needs_time");
  const step = (await c.ended(run)).get("needs_time")!;
  assertMatch(step.error!.message, /longer than its timeout of 200 ms$/);
  assert((await c.lines(run)).includes("info put away"));
});

Deno.test("a cancelled step that does not end is killed, by a cancel that is recorded", async () => {
  await using c = await crew();
  const run = await c.submit("holds");
  await c.lines(run, "holding");
  const [pid] = c.processes.pids();
  await c.ledger.cancel(run, "ada");
  const step = (await c.ended(run)).get("holds")!;
  assertEquals(step.state, "cancelled");
  await until(() => !isAlive(pid!), "it to be killed");
  const [attempt] = step.attempts;
  assertEquals(
    attempt!.error!.message,
    "Cancelled by ada; it did not end within 500 ms after context.signal told it, and was " +
      "killed",
  );
});

Deno.test("what a killed step started is killed with it", async () => {
  await using c = await crew();
  const run = await c.submit("leaves");
  await c.ended(run);
  const said = (await c.lines(run)).map((l) => /^info sleep (\d+)$/.exec(l)?.[1]).find(Boolean);
  assert(said !== undefined);
  await until(() => !isAlive(Number(said)), "sleep to be killed");
});

Deno.test("a process that another one kills: the step is tried again as declared", async () => {
  await using c = await crew();
  const run = await c.submit("holds");
  await c.lines(run, "holding");
  kill(c.processes.pids()[0]!, "SIGKILL");
  const step = (await c.ended(run)).get("holds")!;
  assertMatch(step.error!.message, /killed by SIGKILL \(by a person, or by the system/);
  const shy = (await c.ended(await c.submit("shy"))).get("shy")!;
  assertEquals(shy.attempts.map((a) => a.state), ["failed", "failed"]);
  assertMatch(shy.error!.message, /exit code 4/);
});

Deno.test("checks run in the process, and withhold", async () => {
  await using c = await crew();
  assertMatch(
    await c.failure("checked"),
    /Blocking check "small" of "checked" failed: it is large/,
  );
});

Deno.test("a family with a timeout is computed once, in one process, and fails as one", async () => {
  await using c = await crew();
  const made = await c.ended(await c.submit("left", "right"));
  assertEquals([...made.values()].map((s) => s.state), ["success", "success"]);
  const keys = ["left", "right"].map((asset) => ({ asset, partition: "" }));
  const [left, right] = await c.ledger.visible(keys);
  assertEquals(left!.value, right!.value);
  assertEquals((await c.ledger.events({ limit: 9 })).map((e) => e.payload), [{ computed: 1 }]);

  const run = await c.submit("broken_left", "broken_right");
  const broken = [...(await c.ended(run)).values()];
  assertEquals(broken.map((s) => s.state), ["failed", "failed"]);
  assertEquals(broken[0]!.error!.message, broken[1]!.error!.message);
  const lines = await c.lines(run);
  assertEquals(lines.filter((l) => l === "info computing").length, 1);
});

Deno.test("a process in a tight loop ends with its worker, and so does what it started", async () => {
  await using worker = start(["tests/adapters/process/lonely_worker.ts"]);
  const [, sleep, child] = await worker.said(/beside (\d+) in (\d+)/);
  kill(worker.pid, "SIGKILL");
  for (const pid of [Number(child), Number(sleep)]) {
    await until(() => !isAlive(pid), `process ${pid} to end`);
  }
});

Deno.test("a process with other code than its worker refuses the step", async () => {
  await using c = await crew();
  useCodeFingerprints(steps, { codeOf: (asset) => asset === "pid" ? "fp1:before" : undefined });
  try {
    assertMatch(await c.failure("pid"), /"pid": its code on the disk is not that of the worker/);
    assertEquals((await c.ended(await c.submit("checked"))).size, 1);
  } finally {
    useCodeFingerprints(steps, { codeOf: () => undefined });
  }
});

Deno.test("a process that cannot start fails the step with what it said", async () => {
  await using c = await crew({ script: "/nowhere/steps.ts" });
  assertMatch(
    await c.failure("pid"),
    /^failed: Cannot start a process for "pid": its process was ended .*Module not found/,
  );
});

Deno.test("inputs that cannot be read fail the step with the cause", async () => {
  const away = () => Promise.reject(new Error("connection refused"));
  await using c = await crew({
    ledger: { visible: away, versions: away, keySets: () => Promise.resolve([]) },
  });
  assertEquals(await c.failure("after"), "failed: connection refused");
  assertEquals((await c.value("pid") as { opened: number }).opened, 1);
});

Deno.test("a process knows keys that were added after it started", async () => {
  await using c = await crew({ slots: 1 });
  await c.value("pid");
  await c.ledger.addKeys("customers", ["acme"]);
  const made = await c.ended(await c.submitSlice("customers", "acme"));
  assertEquals(made.get("customers")!.state, "success");
  const [acme] = await c.ledger.visible([{ asset: "customers", partition: "acme" }]);
  assertEquals(acme!.value, "of acme");
  assertEquals(c.processes.pids().length, 1);
});

Deno.test("many steps at once, of which half die: each ends as it must, and no process is left", async () => {
  const c = await crew();
  const names = ["pid", "exits", "checked", "crashes", "listens", "stray", "left", "broken_left"];
  const runs: string[] = [];
  for (let i = 0; i < 5; i++) for (const name of names) runs.push(await c.submit(name));
  const states = new Map<string, Set<string>>();
  for (const [i, run] of runs.entries()) {
    const step = (await c.ended(run)).get(names[i % names.length]!)!;
    states.set(step.asset, (states.get(step.asset) ?? new Set()).add(step.state));
    assertEquals(step.attempts.length, 1);
  }
  assertEquals(
    Object.fromEntries([...states].map(([name, all]) => [name, [...all].join()])),
    Object.fromEntries(
      names.map((name) => [name, ["pid", "left"].includes(name) ? "success" : "failed"]),
    ),
  );
  assert(c.processes.pids().length <= 4);
  const pids = c.processes.pids();
  await c[Symbol.asyncDispose]();
  assertEquals(pids.filter(isAlive), []);
});

Deno.test("a step that does not end when its worker stops is killed and queued again", async () => {
  await using db = await testLedger();
  const c = await crew({ db });
  const run = await c.submit("spins_on");
  await until(async () => (await c.lines(run, "round")).length > 0, "it to spin");
  const [pid] = c.processes.pids();
  await c[Symbol.asyncDispose]();
  assert(!isAlive(pid!));
  const [step] = (await db.ledger.run(run))!.steps;
  assertEquals([step!.state, step!.attempts.map((a) => a.state)], ["queued", ["lost"]]);
});
