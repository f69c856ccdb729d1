import { assert } from "@std/assert";
import { until } from "../e2e/program.ts";
import { faultProxy } from "../services/fault_proxy.ts";
import { cluster } from "./cluster.ts";
import { endedElsewhere, holder, moved } from "./held.ts";
import { lookAtEnd } from "./laws.ts";
import { rest } from "./load.ts";
import { namespace } from "./namespace.ts";

const probe = await namespace(9);
const isRefused = probe === undefined;
await probe?.[Symbol.asyncDispose]();

// Where namespaces are refused, faults_test.ts cuts a worker off by a proxy.
Deno.test({
  name:
    "three workers in networks of their own: one whose cable is pulled is replaced, and refused",
  ignore: isRefused,
  async fn() {
    await using c = await cluster({ server: 2, worker: 0, relay: 1 });
    await using stack = new AsyncDisposableStack();
    const spaces = [];
    for (const n of [0, 1, 2]) spaces.push(stack.use((await namespace(n))!));
    const workers = [];
    for (const { host, via } of spaces) {
      const url = new URL(c.url);
      // PostgreSQL itself listens on the loopback only.
      url.port = String(stack.use(await faultProxy(Number(url.port), { hostname: host })).port);
      url.hostname = host;
      workers.push(c.add("worker", { DATABASE_URL: url.href }, via));
    }
    await c.ready();
    const { worker, run, member } = await holder(c, workers);
    const space = spaces[workers.indexOf(member)]!;
    await space.cable("down");
    const ms = await moved(c, run, worker);
    assert(ms < 12_000, `it took ${ms} ms`);
    await Deno.remove(c.hold);
    await endedElsewhere(c, run, worker);
    await space.cable("up");
    await member.program.said(/was given up/, 90_000);
    await until(async () => (await c.ledger.workers()).length === 3, {
      what: "it to join again",
      timeoutMs: 60_000,
    });
    // What it sent while it was cut off has arrived by now.
    await endedElsewhere(c, run, worker);
    await rest(c);
    await lookAtEnd(c, "after a cable was pulled");
    for (const w of workers) await w.program[Symbol.asyncDispose]();
  },
});
