/**
 * The log of a step while it runs: `log()` of the context and everything that its code prints.
 *
 * @module
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Metadata } from "../declare/asset.ts";
import { maskedJson } from "../declare/masked.ts";
import { longestSecret, masked } from "../declare/secret.ts";
import type { LogRecord } from "../ledger/records.ts";
import { Backlog, type BacklogOptions, type LogPlace } from "./log_backlog.ts";

/** Where one attempt writes. */
export interface StepLog {
  /** Adds a line of the code; after very many, or very fast ones, only their number is kept. */
  write(level: LogRecord["level"], message: string, fields?: Metadata): void;
  /** Adds a line of the engine, which is kept whatever the code printed. */
  say(level: LogRecord["level"], message: string, fields?: Metadata): void;
  /** Runs code whose `console.*` is written here, also after `await` and in timers. */
  capture<T>(code: () => Promise<T>): Promise<T>;
}

/** Collects lines of all steps of a process and keeps them in batches. */
export interface LogBuffer extends AsyncDisposable {
  /** The log of one attempt. */
  of(at: LogPlace): StepLog;
  /** Keeps what was collected so far. */
  flush(): Promise<void>;
}

/** How lines are kept. */
export interface LogBufferOptions extends BacklogOptions {
  /** The time. */
  now(): Date;
}

/** Lines of one attempt after which only their number is said: 1 GB of output ends nobody else. */
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

/** A log that writes at once, for a process that may end at any moment; what that process knows as secret is masked. */
export function directLog(writeNow: StepLog["write"]): StepLog {
  patchConsole();
  const write: StepLog["write"] = (level, message, fields) => {
    if (fields === undefined) writeNow(level, kept(message));
    else writeNow(level, kept(message), maskedJson(fields) as Metadata);
  };
  const log: StepLog = { write, say: write, capture: (code) => current.run(log, code) };
  return log;
}

/** A buffer that writes in the background; lines that cannot be kept now are tried again with the next ones. */
export function logBuffer(o: LogBufferOptions): LogBuffer {
  patchConsole();
  const backlog = new Backlog(o);
  return {
    // Exactly these: a claimed step has more, that cannot be kept.
    of: ({ run, step, attempt }) => stepLog({ run, step, attempt }, o, backlog),
    flush: () => backlog.write(),
    [Symbol.asyncDispose]: () => backlog.close(),
  };
}

/**
 * Of the lines of the code the first ones are taken, and then their number, which is said before the next line that is
 * taken: at the latest before the end of the attempt.
 */
function stepLog(at: LogPlace, o: LogBufferOptions, backlog: Backlog): StepLog {
  let count = 0;
  let dropped = 0;
  const line = (level: LogRecord["level"], message: string, fields?: Metadata): LogRecord => ({
    ...at,
    at: o.now(),
    level,
    message,
    fields: fields === undefined ? null : maskedJson(fields) as Metadata,
  });
  const saySoFar = () => {
    if (dropped === 0) return;
    backlog.add(line("warn", leftOut(dropped, count)), true);
    dropped = 0;
  };
  const log: StepLog = {
    write(level, message, fields) {
      if (++count > MOST_LINES || !backlog.hasRoom(at)) return void dropped++;
      saySoFar();
      backlog.add(line(level, kept(message), fields), false);
    },
    say(level, message, fields) {
      saySoFar();
      backlog.add(line(level, kept(message), fields), true);
    },
    capture: (code) => current.run(log, code),
  };
  return log;
}

function leftOut(dropped: number, count: number): string {
  const lines = dropped === 1 ? "1 line was" : `${dropped} lines were`;
  return count > MOST_LINES
    ? `${lines} left out: an attempt keeps ${MOST_LINES}`
    : `${lines} left out: they came faster than they could be kept`;
}

/** A text as it is kept: without secrets, not even half of one where it is cut. */
function kept(message: string): string {
  const longest = longestSecret();
  const isLong = message.length > LONGEST_LINE;
  const part = isLong ? message.slice(0, LONGEST_LINE + longest) : message;
  const clean = masked(part).replaceAll("\0", "");
  if (!isLong) return clean;
  return `${clean.slice(0, Math.min(LONGEST_LINE, Math.max(0, clean.length - longest)))} …`;
}
