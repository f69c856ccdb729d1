import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  asset,
  define,
  type Definitions,
  type Exports,
  type Ledger,
  lender,
  submissionOf,
  work,
  type WorkerOptions,
} from "engine";
import { memoryLedger } from "engine/testing";

const until = async (is: () => boolean | Promise<boolean>) => {
  for (let i = 0; i < 2_000; i++) {
    if (await is()) return;
    await new Promise((r) => setTimeout(r, 2));
  }
  throw new Error("It did not happen within four seconds");
};

/** A worker on a ledger in memory. */
function setUp(exports: Exports, changes: Partial<WorkerOptions> = {}) {
  const definitions: Definitions = define(exports);
  const ledger: Ledger = memoryLedger({ now: () => new Date() });
  const resources = lender(() => "");
  const stop = new AbortController();
  const joined: string[] = [];
  const trouble: string[] = [];
  const start = (more: Partial<WorkerOptions> = {}) =>
    work({
      definitions,
      ledger,
      lender: resources,
      hello: { host: "test", pid: 1, queues: ["default"], slots: 2 },
      signal: stop.signal,
      heartbeatMs: 5,
      pollMs: 20,
      onTrouble: (e) => trouble.push(String(e)),
      onJoined: (w) => joined.push(w),
      ...changes,
      ...more,
    });
  return {
    definitions,
    ledger,
    stop,
    joined,
    trouble,
    start,
    async submit(...names: string[]) {
      const targets = names.map((name) => ({
        asset: definitions.asset(name),
        key: undefined,
        partition: "",
        reason: "asked for",
      }));
      const asking = { trigger: "api", by: null, reason: "asked for" } as const;
      return (await ledger.submit(submissionOf(definitions, targets, asking, new Date()))).run;
    },
    state: async (run: string) => (await ledger.run(run))!.run.state,
    ended: (run: string) => until(async () => (await ledger.run(run))!.run.endedAt !== null),
    steps: async (run: string) => (await ledger.run(run))!.steps.map((s) => s.state),
  };
}

/** A step that says when it began and ends when it is told to, or when it is aborted. */
function held(name: string) {
  const began = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  const seen = { aborted: false, runs: 0 };
  const it = asset({
    name,
    async materialize(_, { signal }) {
      seen.runs++;
      began.resolve();
      signal.addEventListener("abort", () => seen.aborted = true);
      await go.promise;
      return seen.runs;
    },
  });
  return { it, began: began.promise, go: go.resolve, seen };
}

Deno.test("work() runs a graph in its order, with what is upstream as input", async () => {
  const order: string[] = [];
  const root = asset({ name: "root", materialize: () => (order.push("root"), 1) });
  const left = asset({
    name: "left",
    deps: { root },
    materialize: ({ root }) => (order.push("left"), root + 1),
  });
  const right = asset({
    name: "right",
    deps: { root },
    materialize: ({ root }) => (order.push("right"), root + 2),
  });
  const end = asset({
    name: "end",
    deps: { left, right },
    materialize: ({ left, right }) => (order.push("end"), left * right),
  });
  const b = setUp({ root, left, right, end });
  const working = b.start();
  const run = await b.submit("root", "left", "right", "end");
  await b.ended(run);
  b.stop.abort();
  await working;
  assertEquals(await b.state(run), "success");
  assertEquals([order[0], order[3], order.length], ["root", "end", 4]);
  const [value] = await b.ledger.visible([{ asset: "end", partition: "" }]);
  assertEquals(value!.value, 6);
  assertEquals([await b.ledger.workers(), b.trouble], [[], []]);
});

Deno.test("work() begins the next try when its time has come, not when it looks again", async () => {
  let tries = 0;
  const flaky = asset({
    name: "flaky",
    retry: { attempts: 3, delay: "100ms" },
    materialize() {
      if (++tries < 3) throw new Error("not yet");
      return tries;
    },
  });
  const b = setUp({ flaky });
  const working = b.start({ pollMs: 1_000_000 });
  const run = await b.submit("flaky");
  await b.ended(run);
  b.stop.abort();
  await working;
  assertEquals([await b.state(run), tries], ["success", 3]);
});

Deno.test("work() runs as many steps at once as it has slots", async () => {
  const [a, c, d] = [held("a"), held("c"), held("d")];
  const b = setUp({ a: a.it, c: c.it, d: d.it });
  const working = b.start();
  const run = await b.submit("a", "c", "d");
  await Promise.all([a.began, c.began]);
  assertEquals(await b.steps(run), ["running", "running", "queued"]);
  a.go();
  await d.began;
  c.go();
  d.go();
  await b.ended(run);
  b.stop.abort();
  await working;
  assertEquals(await b.state(run), "success");
});

Deno.test("work() stops a running step when its run is cancelled, also one that does not listen", async () => {
  const a = held("a");
  const b = setUp({ a: a.it });
  const working = b.start();
  const run = await b.submit("a");
  await a.began;
  await b.ledger.cancel(run, "ada");
  await until(async () => (await b.steps(run))[0] === "cancelled");
  assert(a.seen.aborted);
  a.go();
  b.stop.abort();
  await working;
  assertEquals(await b.state(run), "cancelled");
  assertEquals(await b.ledger.visible([{ asset: "a", partition: "" }]), []);
});

Deno.test("work() lets what runs end when it is asked to stop, and takes nothing more", async () => {
  const [a, c] = [held("a"), held("c")];
  const b = setUp({ a: a.it, c: c.it });
  const working = b.start({ hello: { host: "test", pid: 1, queues: ["default"], slots: 1 } });
  const run = await b.submit("a", "c");
  await a.began;
  b.stop.abort();
  a.go();
  await working;
  assertEquals(await b.steps(run), ["success", "queued"]);
  assertEquals(c.seen.runs, 0);
});

Deno.test("work() queues again what does not end in time when it stops, and another worker ends it", async () => {
  const a = held("a");
  const b = setUp({ a: a.it });
  const working = b.start({ drainMs: 20 });
  const run = await b.submit("a");
  await a.began;
  b.stop.abort();
  await working;
  assertEquals(await b.steps(run), ["queued"]);
  a.go();
  const again = new AbortController();
  const second = b.start({ signal: again.signal });
  await b.ended(run);
  again.abort();
  await second;
  assertEquals([await b.state(run), a.seen.runs], ["success", 2]);
});

Deno.test("work() of a worker that was given up stops what it runs and joins again", async () => {
  const a = held("a");
  const b = setUp({ a: a.it });
  const working = b.start();
  const run = await b.submit("a");
  await a.began;
  await b.ledger.bury(b.joined[0]!, "its host is gone");
  await until(() => b.joined.length === 2);
  assert(a.seen.aborted);
  a.go();
  await b.ended(run);
  b.stop.abort();
  await working;
  assertEquals([await b.state(run), a.seen.runs], ["success", 2]);
  assertStringIncludes(b.trouble.join(), "was given up");
});

Deno.test("work() keeps a result while the ledger is away, and offers it again", async () => {
  const a = asset({ name: "a", materialize: () => 1 });
  const b = setUp({ a });
  let away = 2;
  const ledger: Ledger = {
    ...b.ledger,
    finish: (...args) =>
      away-- > 0 ? Promise.reject(new Error("connection refused")) : b.ledger.finish(...args),
  };
  const working = b.start({ ledger });
  const run = await b.submit("a");
  await b.ended(run);
  b.stop.abort();
  await working;
  assertEquals([await b.state(run), b.trouble.length], ["success", 2]);
});

Deno.test("work() that was given up offers what had ended, as evidence", async () => {
  const a = asset({ name: "a", materialize: () => 1 });
  const b = setUp({ a });
  const isOffered = Promise.withResolvers<void>();
  let away = true;
  const ledger: Ledger = {
    ...b.ledger,
    finish(...args) {
      isOffered.resolve();
      return away ? Promise.reject(new Error("cut off")) : b.ledger.finish(...args);
    },
  };
  const working = b.start({ ledger });
  const run = await b.submit("a");
  await isOffered.promise;
  away = false;
  await b.ledger.bury(b.joined[0]!, "no heartbeat");
  await b.ended(run);
  b.stop.abort();
  await working;
  const attempts = (await b.ledger.run(run))!.steps[0]!.attempts;
  assertEquals(attempts.map((a) => a.state), ["lost", "success"]);
  assertEquals([attempts[0]!.late?.state, attempts[0]!.late?.worker], ["success", b.joined[0]]);
});

Deno.test("work() goes on with what runs when it cannot ask for more", async () => {
  const [a, c] = [held("a"), held("c")];
  const b = setUp({ a: a.it, c: c.it });
  const claim = b.ledger.claim.bind(b.ledger);
  let refusals = 0;
  b.ledger.claim = (ask) => {
    if (a.seen.runs === 0 || refusals >= 3) return claim(ask);
    return Promise.reject(new Error(`away ${++refusals}`));
  };
  const working = b.start();
  const run = await b.submit("a");
  await a.began;
  const other = await b.submit("c");
  await until(() => refusals >= 2);
  a.go();
  c.go();
  await b.ended(run);
  await b.ended(other);
  b.stop.abort();
  await working;
  assertEquals([await b.state(run), await b.state(other)], ["success", "success"]);
  assertEquals([a.seen.runs, b.joined.length], [1, 1]);
  assertStringIncludes(b.trouble.join(), "away 1");
});

Deno.test("work() gives back steps whose answer was lost on the way, and runs them", async () => {
  const [a, c] = [held("a"), held("c")];
  const b = setUp({ a: a.it, c: c.it }, { answerMs: 30 });
  const claim = b.ledger.claim.bind(b.ledger);
  let isLost = true;
  b.ledger.claim = async (ask) => {
    const claimed = await claim(ask);
    if (!isLost || claimed.length === 0) return claimed;
    isLost = false;
    throw new Error("cut after the commit");
  };
  const run = await b.submit("a");
  const working = b.start();
  await a.began;
  const { steps } = (await b.ledger.run(run))!;
  assertEquals(steps[0]?.attempts.map((x) => x.state), ["lost", "running"]);
  // What it knows of stays, however long it takes.
  await new Promise((r) => setTimeout(r, 150));
  assertEquals([a.seen.runs, a.seen.aborted], [1, false]);
  a.go();
  await b.ended(run);
  assertEquals(await b.state(run), "success");
  b.stop.abort();
  await working;
});

Deno.test("work() ends within its time although the ledger is away", async () => {
  const a = asset({ name: "a", materialize: () => 1 });
  const b = setUp({ a });
  const ledger: Ledger = {
    ...b.ledger,
    finish: () => Promise.reject(new Error("connection refused")),
    leave: () => Promise.reject(new Error("connection refused")),
  };
  const working = b.start({ ledger, drainMs: 30 });
  await b.submit("a");
  await until(() => b.trouble.length > 0);
  b.stop.abort();
  const late = Promise.withResolvers<string>();
  const timer = setTimeout(() => late.resolve("late"), 2_000);
  assertEquals(await Promise.race([working.then(() => "ended"), late.promise]), "ended");
  clearTimeout(timer);
});

Deno.test("work() stops one cancelled step, tells it by whom, and goes on with the others", async () => {
  const [a, c] = [held("a"), held("c")];
  const b = setUp({ a: a.it, c: c.it });
  const working = b.start();
  const run = await b.submit("a", "c");
  await Promise.all([a.began, c.began]);
  await b.ledger.cancelStep({ run, step: 0 }, "ada");
  await until(async () => (await b.steps(run))[0] === "cancelled");
  assert(a.seen.aborted);
  assert(!c.seen.aborted);
  c.go();
  a.go();
  await b.ended(run);
  b.stop.abort();
  await working;
  assertEquals(await b.steps(run), ["cancelled", "success"]);
  assertEquals(await b.state(run), "cancelled");
  const { steps } = (await b.ledger.run(run))!;
  assertEquals(steps[0]?.attempts[0]?.error?.message, "Cancelled by ada");
});
