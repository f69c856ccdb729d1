/**
 * The log of a step while it runs: `log()` of the context and everything that its code prints.
 *
 * @module
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Metadata } from "../declare/asset.ts";
import type { LogRecord } from "../ledger/records.ts";

/** Where one attempt writes. */
export interface StepLog {
  /** Adds a line. */
  write(level: LogRecord["level"], message: string, fields?: Metadata): void;
  /** Runs code whose `console.*` is written here, also after `await` and in timers. */
  capture<T>(code: () => Promise<T>): Promise<T>;
}

/** Collects lines of all steps of a process and keeps them in batches. */
export interface LogBuffer extends AsyncDisposable {
  /** The log of one attempt. */
  of(at: Pick<LogRecord, "run" | "step" | "attempt">): StepLog;
  /** Keeps what was collected so far. */
  flush(): Promise<void>;
}

/** How lines are kept. */
export interface LogBufferOptions {
  /** Keeps lines, in order. */
  keep(lines: readonly LogRecord[]): Promise<void>;
  /** The time. */
  now(): Date;
  /** Is told when lines could not be kept; they are tried again. */
  onTrouble?(error: unknown): void;
  /** Milliseconds that a line waits for others at most. @default {100} */
  readonly waitMs?: number;
}

/** Lines of one attempt after which only a note says how many were left out: 1 GB of output ends nobody else. */
const MOST_LINES = 20_000;
/** Characters of a line that are kept. */
const LONGEST_LINE = 8_000;

const current = new AsyncLocalStorage<StepLog>();
const LEVEL = { debug: "debug", log: "info", info: "info", warn: "warn", error: "error" } as const;
let patched = false;

/** Sends `console.*` to the step that prints; outside of steps it prints as before. Done once per process. */
function patchConsole(): void {
  if (patched) return;
  patched = true;
  for (const [method, level] of Object.entries(LEVEL)) {
    const print = console[method as keyof typeof LEVEL].bind(console);
    // deno-lint-ignore no-console -- the one place that stands between code and console
    console[method as keyof typeof LEVEL] = (...args: unknown[]) => {
      const log = current.getStore();
      if (log) log.write(level, args.map(shown).join(" "));
      else print(...args);
    };
  }
}

const shown = (value: unknown): string => typeof value === "string" ? value : Deno.inspect(value);

/** A log that writes at once, for a process that may end at any moment. */
export function directLog(write: StepLog["write"]): StepLog {
  patchConsole();
  const log: StepLog = { write, capture: (code) => current.run(log, code) };
  return log;
}

/** A buffer that writes in the background; lines that cannot be kept now are tried again with the next ones. */
export function logBuffer(o: LogBufferOptions): LogBuffer {
  patchConsole();
  let lines: LogRecord[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let writing: Promise<void> = Promise.resolve();
  const write = () => {
    clearTimeout(timer);
    timer = undefined;
    const batch = lines;
    lines = [];
    writing = writing.then(async () => {
      if (batch.length > 0) await o.keep(batch);
    }).catch((error) => {
      o.onTrouble?.(error);
      // The database is away; its lines are kept for its return, the newest first to go if it stays away.
      lines = [...batch, ...lines].slice(0, MOST_LINES);
    });
    return writing;
  };
  const add = (line: LogRecord) => {
    lines.push(line);
    if (lines.length >= 1_000) void write();
    else timer ??= setTimeout(write, o.waitMs ?? 100);
  };
  return {
    // Exactly these: a claimed step has more, that cannot be kept.
    of: ({ run, step, attempt }) => stepLog({ run, step, attempt }, o, add),
    flush: write,
    async [Symbol.asyncDispose]() {
      await write();
      clearTimeout(timer);
    },
  };
}

function stepLog(
  at: Pick<LogRecord, "run" | "step" | "attempt">,
  o: LogBufferOptions,
  add: (line: LogRecord) => void,
): StepLog {
  let count = 0;
  const log: StepLog = {
    write(level, message, fields) {
      if (++count > MOST_LINES) return;
      const cut = message.length > LONGEST_LINE ? `${message.slice(0, LONGEST_LINE)} …` : message;
      const last = count === MOST_LINES ? "Further lines of this attempt are left out" : cut;
      add({
        ...at,
        at: o.now(),
        level,
        message: last.replaceAll("\0", ""),
        fields: fields ?? null,
      });
    },
    capture: (code) => current.run(log, code),
  };
  return log;
}
