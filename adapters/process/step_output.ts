/**
 * What a process prints, line by line into the log of the step that it runs.
 *
 * @module
 */
import type { StepLog } from "engine";
import { FirstAndLast, type Kept } from "./first_and_last.ts";
import { endMark, parsed } from "./log_line.ts";

/** How much of the output of one step is kept, all of it however fast it came, each of standard output and error. */
const KEPT: Kept = {
  first: { lines: 5_000, bytes: 2_000_000 },
  last: { lines: 1_000, bytes: 250_000 },
};
/** Milliseconds that a line may be on its way when the step has ended. */
const LATE_MS = 5_000;
/** Characters of what was printed last that are remembered for the cause of death. */
const SAID = 8_000;

/** One of the two outputs of a process. */
export class StepOutput {
  /** Resolves when it has been read to its end. */
  readonly over: Promise<void>;
  readonly #level: "info" | "warn";
  readonly #onLine: (line: string) => void;
  #of: FirstAndLast | undefined;
  #between: FirstAndLast;
  #mark: { readonly text: string; readonly seen: PromiseWithResolvers<void> } | undefined;
  #said = "";

  /** `level` is that of lines that say none; `onLine` gets what is printed while no step runs. */
  constructor(
    from: ReadableStream<Uint8Array>,
    o: { readonly level: "info" | "warn"; onLine(line: string): void },
  ) {
    this.#level = o.level;
    this.#onLine = (line) => o.onLine(line);
    this.#between = this.#fresh();
    this.over = this.#read(from);
  }

  /** The last that was printed. */
  get said(): string {
    return this.#said;
  }

  /** From now on lines belong to this log. */
  begin(log: StepLog, token: string): void {
    this.#between.end();
    this.#mark = { text: endMark(token).trim(), seen: Promise.withResolvers() };
    this.#said = "";
    this.#of = new FirstAndLast(KEPT, {
      line: (text) => this.#line(text, log),
      dropped: (lines, bytes) => {
        const size = bytes < 1e6 ? `${bytes} bytes` : `${(bytes / 1e6).toFixed(1)} MB`;
        log.say("warn", `… ${lines} lines (${size}) are left out here …`);
      },
    });
  }

  /** Waits for the last line of the step, passes on what is kept of the end. */
  async end(): Promise<void> {
    if (this.#of?.endsWith(this.#mark!.text)) this.#mark!.seen.resolve();
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, LATE_MS);
    await Promise.race([this.#mark?.seen.promise, this.over, late.promise]);
    clearTimeout(timer);
    this.#of?.end();
    this.#of = undefined;
    this.#between = this.#fresh();
    this.#mark = undefined;
  }

  #fresh(): FirstAndLast {
    const one = { lines: 100, bytes: 100_000 };
    return new FirstAndLast({ first: one, last: one }, {
      line: this.#onLine,
      dropped: (lines) => this.#onLine(`… ${lines} lines are left out here …`),
    });
  }

  #line(text: string, log: StepLog): void {
    const mark = this.#mark;
    if (mark === undefined || !text.endsWith(mark.text)) {
      const { level, message, fields } = parsed(text, this.#level);
      return log.say(level, message, fields);
    }
    const before = text.slice(0, -mark.text.length);
    if (before !== "") log.say(this.#level, before);
    mark.seen.resolve();
  }

  async #read(from: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const bytes of from) {
      this.#said = (this.#said + decoder.decode(bytes.subarray(-SAID))).slice(-SAID);
      const to = this.#of ?? this.#between;
      to.take(bytes);
      if (this.#mark && to.endsWith(this.#mark.text)) this.#mark.seen.resolve();
    }
    this.#between.end();
  }
}
