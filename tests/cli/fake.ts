import { createService, type Definitions, type Ledger, lender, nextTicks, work } from "engine";
import { memoryLedger } from "engine/testing";
import { rulesFromEnv } from "../../adapters/alerts/rules_from_env.ts";
import type { App } from "../../cli/app.ts";
import type { Io } from "../../cli/io.ts";
import { main } from "../../cli/main.ts";
import { type Bench, bench } from "../engine/run/service_fixture.ts";

/** What a call of the command line came to. */
export interface Answer {
  /** Exit code. */
  readonly code: number;
  /** Results, as written. */
  readonly out: string;
  /** Notes, progress and errors, as written. */
  readonly err: string;
  /** Results, read as JSON. */
  json<T>(): T;
}

/** The program on a ledger in memory; counts how often it was closed. */
export function fakeApp(b: Bench): App & { closed: number } {
  const resources = lender(() => "");
  return {
    closed: 0,
    service: b.service,
    ledger: b.ledger,
    definitions: b.definitions,
    lender: resources,
    work: (signal) =>
      work({
        definitions: b.definitions,
        ledger: b.ledger,
        lender: resources,
        hello: { host: "test", pid: 1, queues: ["default"], slots: 2 },
        signal,
        pollMs: 5,
      }),
    close() {
      this.closed++;
      return Promise.resolve();
    },
  };
}

/** The program on some declarations; `wrap` is what the ledger in memory is used through. */
export function appOn(
  definitions: Definitions,
  wrap: (ledger: Ledger) => Ledger,
): ReturnType<typeof fakeApp> & { readonly memory: Ledger } {
  const b = bench();
  const memory = memoryLedger({ now: () => b.clock.at });
  const ledger = wrap(memory);
  const service = createService({
    definitions,
    ledger,
    clock: b.clock,
    alertRules: rulesFromEnv(() => undefined),
    about: {
      version: "1",
      startedAt: b.clock.at.toISOString(),
      adapters: { postgres: "embedded", online: "postgres", events: "outbox", objects: "file" },
    },
    health: () => Promise.resolve({ ok: true, dependencies: [] }),
    nextTicks,
  });
  return Object.assign(fakeApp({ ...b, definitions, ledger, service }), { memory });
}

/** Streams that remember. */
export function fakeIo(
  isTerminal = false,
): Io & { readonly lines: { out: string[]; err: string[] } } {
  const lines = { out: [] as string[], err: [] as string[] };
  return {
    lines,
    out: (line) => void lines.out.push(line),
    err: (line) => void lines.err.push(line),
    redraw: (line) => void lines.err.push(`~${line}`),
    isTerminal,
    color: false,
    columns: 160,
  };
}

/** Calls the command line as a shell would. */
export async function call(
  app: App | (() => Promise<App>),
  line: string,
  o: { readonly isTerminal?: boolean; readonly signal?: AbortSignal } = {},
): Promise<Answer> {
  const io = fakeIo(o.isTerminal);
  const open = typeof app === "function" ? app : () => Promise.resolve(app);
  const signal = o.signal ?? new AbortController().signal;
  const code = await main(line.split(" ").filter(Boolean), { io, open, signal });
  const [out, err] = [io.lines.out.join("\n"), io.lines.err.join("\n")];
  return { code, out, err, json: () => JSON.parse(out) };
}

/** Fails the test if the program is opened. */
export const neverOpened = (): Promise<App> => Promise.reject(new Error("the program was opened"));
