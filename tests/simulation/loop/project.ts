/** What the pretended processes run: a graph with pools, retries, a schedule and a condition. @module */
import {
  asset,
  type Context,
  define,
  type Definitions,
  job,
  pause,
  pool,
  type Unpartitioned,
  when,
} from "engine";

/** What the code of the project does to its world. */
export interface Code {
  /** How long a step takes. */
  ms(): number;
  /** Whether it fails. */
  fails(): boolean;
  /** A step begins and ends in the process that runs it. */
  begun(): void;
  over(): void;
}

/** The project; all its code waits in virtual time and tells one event for each version. */
export function projectOf(code: Code): Definitions {
  const run = async (name: string, context: Context<Unpartitioned, Record<never, never>>) => {
    code.begun();
    try {
      await pause(code.ms(), context.signal);
      context.signal.throwIfAborted();
      if (code.fails()) throw new RangeError(`Cannot compute ${name}`);
      const version = Number(context.version);
      context.emit({ topic: "t", key: name, payload: { step: `${name} ${version}`, version } });
      return version;
    } finally {
      code.over();
    }
  };
  const retry = { attempts: 3, delay: "1s" } as const;
  const a = asset({ name: "a", retry, materialize: (_, c) => run("a", c) });
  const b = asset({
    name: "b",
    deps: { a },
    pools: { gpu: 1 },
    materialize: (_, c) => run("b", c),
  });
  const c = asset({
    name: "c",
    deps: { a },
    pools: { gpu: 1 },
    materialize: (_, x) => run("c", x),
  });
  const d = asset({
    name: "d",
    deps: { b, c },
    pools: { gpu: 2 },
    materialize: (_, x) => run("d", x),
  });
  const e = asset({ name: "e", deps: { a }, when: when.eager, materialize: (_, x) => run("e", x) });
  const f = asset({ name: "f", retry, materialize: (_, x) => run("f", x) });
  const g = asset({ name: "g", retry, materialize: (_, x) => run("g", x) });
  // Ends when it is stopped.
  const endless = asset({
    name: "endless",
    materialize: async (_, { signal }) => {
      await pause(10 ** 9, signal);
      signal.throwIfAborted();
    },
  });
  const often = job({
    name: "often",
    cron: "*/20 * * * * *",
    timezone: "Europe/Berlin",
    assets: [a, b, c, d],
    catchUp: "all",
    maxActiveRuns: 2,
  });
  const gpu = pool({ name: "gpu", slots: 2 });
  return define({ gpu, a, b, c, d, e, f, g, endless, often });
}
