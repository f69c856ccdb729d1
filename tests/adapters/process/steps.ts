// deno-lint-ignore-file no-console -- what code prints is what is tested
/** Assets whose steps die in every way, and others beside them; also what runs in their processes. @module */
import {
  asset,
  check,
  define,
  type Definitions,
  fail,
  lender,
  multiAsset,
  partitions,
  pass,
  resource,
  secret,
} from "engine";
import { serveProcess } from "../../../adapters/process/serve_process.ts";

const forever = () => new Promise<never>(() => {});
const MEMORY = 300_000_000;

/** Tells in which process it was opened, and how often there. */
let opened = 0;
const counter = resource({ name: "counter", open: () => ({ opened: ++opened, pid: Deno.pid }) });

const pid = asset({
  name: "pid",
  timeout: "20s",
  resources: { counter },
  materialize: (_, { resources }) => ({ ...resources.counter }),
});
const pidInWorker = asset({ name: "pid_in_worker", materialize: () => Deno.pid });
const after = asset({
  name: "after",
  timeout: "20s",
  deps: { pid, pidInWorker },
  materialize: ({ pid, pidInWorker }) => [pid.opened, pidInWorker],
});

const exits = asset({ name: "exits", timeout: "20s", materialize: () => Deno.exit(3) });
const heap = asset({
  name: "heap",
  memory: MEMORY,
  materialize() {
    const kept: unknown[] = [];
    for (;;) kept.push(new Array(1_000).fill(Math.random()));
  },
});
const buffers = asset({
  name: "buffers",
  memory: MEMORY,
  async materialize() {
    const kept: Uint8Array[] = [];
    for (;;) {
      kept.push(new Uint8Array(20_000_000).fill(1));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  },
});
const hoard: Uint8Array[] = [];
const hoards = asset({
  name: "hoards",
  memory: MEMORY,
  materialize: () => (hoard.push(new Uint8Array(30_000_000).fill(1)), [Deno.pid, hoard.length]),
});
const crashes = asset({
  name: "crashes",
  timeout: "20s",
  materialize() {
    console.log("before the crash");
    return new Deno.UnsafePointerView(Deno.UnsafePointer.create(1n)!).getInt32();
  },
});
const spins = asset({
  name: "spins",
  timeout: "300ms",
  materialize() {
    console.log("round and round");
    for (;;);
  },
});
const spinsOn = asset({
  name: "spins_on",
  timeout: "60s",
  materialize() {
    const child = new Deno.Command("sleep", { args: ["600"], stdout: "null" }).spawn();
    console.log(`round and round beside ${child.pid}`);
    for (;;);
  },
});
const chatters = asset({
  name: "chatters",
  timeout: "60s",
  materialize() {
    const line = "x".repeat(10_000);
    for (let i = 0; i < 100_000; i++) console.log(`${i} ${line}`);
    return "said";
  },
});
const prints = asset({
  name: "prints",
  timeout: "60s",
  materialize(_, { log }) {
    const raw = new TextEncoder().encode('{"say":"outcome"}\nhalf a line');
    Deno.stdout.writeSync(raw);
    log("structured", { rows: 3 });
    Deno.stderr.writeSync(new TextEncoder().encode("from native code\n"));
    return "printed";
  },
});
const hangs = asset({ name: "hangs", timeout: "300ms", materialize: () => forever() });
const holds = asset({
  name: "holds",
  timeout: "60s",
  materialize() {
    console.log("holding");
    return forever();
  },
});
const listens = asset({
  name: "listens",
  timeout: "300ms",
  async materialize(_, { signal, log }) {
    const told = Promise.withResolvers<never>();
    signal.addEventListener("abort", () => {
      log(`told: ${signal.reason.name}`);
      setTimeout(() => told.reject(new Error("ended in order")), 50);
    });
    return await told.promise;
  },
});
const needsTime = asset({
  name: "needs_time",
  timeout: "200ms",
  grace: "5s",
  async materialize(_, { signal, log }) {
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    await new Promise((resolve) => setTimeout(resolve, 700));
    log("put away");
    signal.throwIfAborted();
  },
});
const isLate = asset({
  name: "is_late",
  timeout: "300ms",
  materialize() {
    const end = Date.now() + 500;
    while (Date.now() < end);
    return "too late";
  },
});
const leaves = asset({
  name: "leaves",
  timeout: "300ms",
  async materialize() {
    const child = new Deno.Command("sleep", { args: ["600"], stdout: "null" }).spawn();
    console.log(`sleep ${child.pid}`);
    await child.status;
  },
});
const stray = asset({
  name: "stray",
  timeout: "20s",
  materialize() {
    setTimeout(() => {
      throw new Error("nobody waits for this");
    }, 0);
    return forever();
  },
});
const blurts = asset({
  name: "blurts",
  timeout: "20s",
  materialize() {
    const token = secret("planted-in-a-process");
    setTimeout(() => {
      throw new Error(`refused with ${token}`);
    }, 0);
    return forever();
  },
});
const shy = asset({
  name: "shy",
  timeout: "20s",
  retry: { attempts: 2, delay: "1ms" },
  materialize: (_, { version }) => version === 0n ? null : Deno.exit(4),
});
const checked = asset({ name: "checked", timeout: "20s", materialize: () => 1 });
const small = check(checked, {
  name: "small",
  blocking: true,
  run: (v) => v < 1 ? pass() : fail("it is large"),
});

const customers = asset({
  name: "customers",
  timeout: "20s",
  partitions: partitions.dynamic("customers"),
  materialize: (_, { partition }) => `of ${partition}`,
});

let computed = 0;
const { left, right } = multiAsset({
  name: "split",
  outputs: ["left", "right"],
  timeout: "20s",
  async materialize(_, { emit }) {
    computed++;
    emit({ topic: "splits", key: "k", payload: { computed } });
    await new Promise((resolve) => setTimeout(resolve, 50));
    return { left: [Deno.pid, computed], right: [Deno.pid, computed] };
  },
});
const broken = multiAsset({
  name: "broken",
  outputs: ["broken_left", "broken_right"],
  timeout: "20s",
  materialize() {
    console.log("computing");
    return Deno.exit(5);
  },
});

/** All of them. */
export const steps: Definitions = define({
  pid,
  pidInWorker,
  after,
  exits,
  heap,
  buffers,
  hoards,
  crashes,
  spins,
  spinsOn,
  chatters,
  prints,
  hangs,
  holds,
  listens,
  needsTime,
  isLate,
  leaves,
  stray,
  blurts,
  shy,
  customers,
  checked,
  small,
  left,
  right,
  broken,
});

if (import.meta.main) {
  await serveProcess(() => Promise.resolve({ definitions: steps, lender: lender(() => "") }));
}
