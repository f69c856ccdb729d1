/** A worker with processes for its isolated steps, on a real ledger. @module */
import { fromFileUrl } from "@std/path";
import { type Ledger, lender, submissionOf, withKeySets, work } from "engine";
import {
  isolation,
  type IsolationOptions,
  type StepProcesses,
} from "../../../adapters/process/isolation.ts";
import { testLedger } from "../../services/ledger.ts";
import { steps } from "./steps.ts";

/** A worker at work. */
export interface Crew extends AsyncDisposable {
  readonly ledger: Ledger;
  readonly processes: StepProcesses;
  /** What went wrong outside of steps, and what was printed there. */
  readonly trouble: readonly string[];
  /** Submits a run of these assets. */
  submit(...names: string[]): Promise<string>;
  /** Submits a run of one slice. */
  submitSlice(name: string, partition: string): Promise<string>;
  /** Waits for the end of a run; gives its steps by asset. */
  ended(run: string): Promise<ReadonlyMap<string, Awaited<ReturnType<typeof stepsOf>>[number]>>;
  /** Runs one asset; gives the error of its step. */
  failure(name: string): Promise<string>;
  /** Runs one asset; gives its value. */
  value(name: string): Promise<unknown>;
  /** The lines of a run, once there is the last one, or one that begins so. */
  lines(run: string, wanted?: string): Promise<readonly string[]>;
}

const stepsOf = async (ledger: Ledger, run: string) => (await ledger.run(run))!.steps;

/** Waits until something is so. */
export async function until(is: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const end = performance.now() + 30_000;
  while (!await is()) {
    if (performance.now() > end) throw new Error(`Waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Starts it; it ends with the test. */
export async function crew(
  o: Partial<IsolationOptions> & {
    readonly slots?: number;
    /** Where it works; a database of its own unless given. */
    readonly db?: { readonly ledger: Ledger };
  } = {},
): Promise<Crew> {
  const stack = new AsyncDisposableStack();
  const { ledger } = o.db ?? stack.use(await testLedger());
  const slots = o.slots ?? 4;
  const trouble: string[] = [];
  const processes = stack.use(isolation({
    script: fromFileUrl(new URL("./steps.ts", import.meta.url)),
    env: {},
    ledger,
    most: slots,
    graceMs: 500,
    onLine: (line) => trouble.push(line),
    ...o,
  }));
  const stop = new AbortController();
  const working = work({
    definitions: steps,
    ledger: withKeySets(ledger, steps),
    lender: stack.use(lender(() => "")),
    isolation: processes,
    hello: { host: "test", pid: Deno.pid, queues: ["default"], slots },
    signal: stop.signal,
    drainMs: 500,
    onTrouble: (error) => trouble.push(String(error)),
  });
  stack.defer(async () => {
    stop.abort();
    await working;
  });
  const submit = async (slices: readonly (readonly [name: string, partition: string])[]) => {
    const targets = slices.map(([name, partition]) => ({
      asset: steps.asset(name),
      key: partition === "" ? undefined : partition,
      partition,
      reason: "asked for",
    }));
    const asking = { trigger: "api", by: null, reason: "asked for" } as const;
    return (await ledger.submit(submissionOf(steps, targets, asking, new Date()))).run;
  };
  const it: Crew = {
    ledger,
    processes,
    trouble,
    submit: (...names) => submit(names.map((name) => [name, ""])),
    submitSlice: (name, partition) => submit([[name, partition]]),
    async ended(run) {
      const isOver = async () => {
        const { run: { endedAt }, steps } = (await ledger.run(run))!;
        return endedAt !== null && steps.every((s) => s.state !== "running");
      };
      await until(isOver, `run ${run} to end`);
      return new Map((await stepsOf(ledger, run)).map((s) => [s.asset, s]));
    },
    async failure(name) {
      const step = (await it.ended(await it.submit(name))).get(name)!;
      return `${step.state}: ${step.error?.message}`;
    },
    async value(name) {
      await it.ended(await it.submit(name));
      return (await ledger.visible([{ asset: name, partition: "" }]))[0]?.value;
    },
    async lines(run, wanted) {
      const lines = () => ledger.logs({ run, limit: 20_000 });
      // Lines are kept a moment after the step.
      await until(
        async () =>
          (await lines()).some(({ level, message }) =>
            wanted === undefined
              ? level === "error" || message === "Materialized"
              : message.startsWith(wanted)
          ),
        `the last line of run ${run}`,
      );
      return (await lines()).map((l) => `${l.level} ${l.message}`);
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
  return it;
}
