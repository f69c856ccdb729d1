import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  type AlertChannel,
  asset,
  define,
  type Exports,
  type Ledger,
  lender,
  type LoopOptions,
  loops,
  nextTick,
  request,
  sensor,
  submissionOf,
  when,
} from "engine";
import { memoryLedger } from "engine/testing";
import { workAll } from "./work_all.ts";

const root = asset({ name: "root", materialize: () => 1 });
const leaf = asset({
  name: "leaf",
  deps: { root },
  when: when.eager,
  materialize: ({ root }) => root + 1,
});

/** Runs the loops until `is`, then ends them. */
async function looping(
  exports: Exports,
  o: {
    readonly is: (ledger: Ledger) => Promise<boolean>;
    readonly begin?: (ledger: Ledger) => Promise<void>;
    readonly changes?: Partial<LoopOptions> | ((ledger: Ledger) => Partial<LoopOptions>);
  },
) {
  const ledger = memoryLedger({ now: () => new Date() });
  const definitions = define(exports);
  const stop = new AbortController();
  const trouble: string[] = [];
  await using resources = lender(() => "");
  const changes = typeof o.changes === "function" ? o.changes(ledger) : o.changes;
  const running = loops({
    definitions,
    ledger,
    lender: resources,
    next: nextTick,
    channels: [],
    schedules: true,
    signal: stop.signal,
    onTrouble: (loop, error) => void trouble.push(`${loop}: ${(error as Error).message}`),
    ...changes,
  });
  await o.begin?.(ledger);
  for (let i = 0; i < 2_000 && !await o.is(ledger); i++) await new Promise((r) => setTimeout(r, 2));
  assert(await o.is(ledger), "It did not happen within four seconds");
  stop.abort();
  await running;
  return { ledger, trouble };
}

async function materializeRoot(ledger: Ledger) {
  const definitions = define({ root, leaf });
  const targets = [{ asset: root, key: undefined, partition: "", reason: "asked for" }];
  const asking = { trigger: "api", by: null, reason: "asked for" } as const;
  await ledger.submit(submissionOf(definitions, targets, asking, new Date()));
  await workAll({ definitions, ledger, now: () => new Date() });
}

const hasRun = (trigger: string) => async (ledger: Ledger) =>
  (await ledger.runs({ limit: 9 })).some((r) => r.trigger === trigger);

Deno.test("loops() hears of a change and asks for what is below, long before its next look", async () => {
  const begin = performance.now();
  const { trouble } = await looping({ root, leaf }, {
    // Let the first look pass, so that only news can cause the second.
    begin: (ledger) => new Promise((r) => setTimeout(() => r(materializeRoot(ledger)), 50)),
    is: hasRun("condition"),
  });
  assert(performance.now() - begin < 4_000);
  assertEquals(trouble, []);
});

Deno.test("loops() evaluates sensors, and none of them nor schedules if it must not", async () => {
  const arrivals = sensor({
    name: "arrivals",
    every: "5ms",
    cursor: 0,
    async *evaluate({ cursor }) {
      yield request(root, { key: String(cursor) });
      return await Promise.resolve(cursor + 1);
    },
  });
  await looping({ root, arrivals }, { is: hasRun("sensor") });
  const { ledger } = await looping({ root, arrivals }, {
    changes: { schedules: false },
    begin: () => new Promise((r) => setTimeout(r, 30)),
    is: () => Promise.resolve(true),
  });
  assertEquals(await ledger.cursors("sensor:"), []);
});

Deno.test("loops() looks again after a loop has failed, and leaves the others alone", async () => {
  let left = 2;
  const { trouble } = await looping({ root, leaf }, {
    changes: (ledger) => ({
      ledger: {
        ...ledger,
        slices: (...args) =>
          left-- > 0 ? Promise.reject(new Error("connection refused")) : ledger.slices(...args),
      },
    }),
    begin: materializeRoot,
    is: hasRun("condition"),
  });
  assertEquals(trouble.length, 2);
  assertStringIncludes(trouble.join(), ": connection refused");
});

Deno.test("loops() gives up a silent worker and queues its step again", async () => {
  const state = async (ledger: Ledger) => (await ledger.run("1"))?.steps[0]?.attempts[0]?.state;
  await looping({ root }, {
    changes: { silentMs: 30 },
    async begin(ledger) {
      const hello = { host: "test", pid: 1, queues: ["default"], slots: 1 };
      const worker = await ledger.join(hello);
      const definitions = define({ root });
      const targets = [{ asset: root, key: undefined, partition: "", reason: "asked for" }];
      const asking = { trigger: "api", by: null, reason: "asked for" } as const;
      await ledger.submit(submissionOf(definitions, targets, asking, new Date()));
      await ledger.claim({ worker, queues: ["default"], room: 1 });
    },
    is: async (ledger) => await state(ledger) === "lost",
  });
});

Deno.test("loops() tells of a failure at once, by the channels", async () => {
  const broken = asset({ name: "root", materialize: () => Promise.reject(new Error("broken")) });
  const told: string[] = [];
  const channel: AlertChannel = {
    name: "test",
    send: (alert, phase) => Promise.resolve(void told.push(`${phase} ${alert.episode}`)),
  };
  await looping({ broken }, {
    changes: { channels: [channel] },
    async begin(ledger) {
      await new Promise((r) => setTimeout(r, 50));
      const definitions = define({ broken });
      const targets = [{ asset: broken, key: undefined, partition: "", reason: "asked for" }];
      const asking = { trigger: "api", by: null, reason: "asked for" } as const;
      await ledger.submit(submissionOf(definitions, targets, asking, new Date()));
      await workAll({ definitions, ledger, now: () => new Date() });
    },
    is: () => Promise.resolve(told.length > 0),
  });
  assertEquals(told, ["open failed:root"]);
});
