/**
 * Lines of a log on the standard output of a process, among whatever else is printed there.
 *
 * They are written at once: what was said before a process is killed is in the pipe, and a process that says more than
 * is read waits.
 *
 * @module
 */
import type { LogRecord, Metadata } from "engine";

/** What is said of a line. */
export interface LogLine {
  /** How grave. */
  readonly level: LogRecord["level"];
  /** The text. */
  readonly message: string;
  /** Structured fields. */
  readonly fields?: Metadata;
}

/** Begins what is ours; nobody prints it by chance. */
const MARK = "\x1e";
/** Characters of a message that are passed on; the ledger keeps fewer. */
const LONGEST = 20_000;

/** The line as it is printed. */
export function printed({ level, message, fields }: LogLine): string {
  const text = message.length > LONGEST ? message.slice(0, LONGEST) : message;
  return `${MARK}${JSON.stringify(fields ? [level, text, fields] : [level, text])}\n`;
}

/** The line that was printed; `level` is that of what is not ours, such as the output of native code. */
export function parsed(text: string, level: LogRecord["level"]): LogLine {
  const at = text.indexOf(MARK);
  if (at < 0) return { level, message: text };
  try {
    const [own, message, fields] = JSON.parse(text.slice(at + 1)) as [
      LogLine["level"],
      string,
      Metadata?,
    ];
    // Native code may have begun a line of its own before.
    const before = text.slice(0, at);
    return { level: own, message: before + message, ...(fields ? { fields } : {}) };
  } catch {
    return { level, message: text.replaceAll(MARK, "") };
  }
}

/** Says that no line of this step follows. */
export const endMark = (token: string): string => `${MARK}end ${token}\n`;

/** Writes all of it before it returns, however slowly it is read. */
export function writeNow(to: { writeSync(bytes: Uint8Array): number }, text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) {
    try {
      at += to.writeSync(bytes.subarray(at));
    } catch (error) {
      // Code may have made the pipe one that does not wait.
      if (!(error instanceof Deno.errors.WouldBlock)) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}
