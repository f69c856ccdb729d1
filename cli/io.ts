/**
 * Where commands write, and what is on the other end.
 *
 * @module
 */

/** The two streams of a process, and what they may carry. */
export interface Io {
  /** A line for the caller: results. */
  out(line: string): void;
  /** A line for people: progress, notes, errors. */
  err(line: string): void;
  /** Replaces the last line for people; only on a terminal. */
  redraw(line: string): void;
  /** Whether people watch `err`, so that a bar can move. */
  readonly isTerminal: boolean;
  /** Whether colours may be used. */
  readonly color: boolean;
  /** Characters of a line. */
  readonly columns: number;
}

const encoder = new TextEncoder();

/** All bytes, also where a pipe takes fewer at once. */
function write(to: { writeSync(p: Uint8Array): number }, text: string): void {
  for (let bytes = encoder.encode(text); bytes.length;) bytes = bytes.subarray(to.writeSync(bytes));
}

/** The streams of this process. `gone` is called when nobody reads them any more, as behind `| head`. */
export function processIo(gone: () => void): Io {
  const isTerminal = Deno.stderr.isTerminal();
  const color = Deno.stdout.isTerminal() && !Deno.noColor;
  const say = (to: { writeSync(p: Uint8Array): number }, text: string) => {
    try {
      write(to, text);
    } catch (error) {
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
      gone();
    }
  };
  return {
    out: (line) => say(Deno.stdout, `${line}\n`),
    err: (line) => say(Deno.stderr, isTerminal ? `\r\x1b[2K${line}\n` : `${line}\n`),
    redraw: (line) => say(Deno.stderr, `\r\x1b[2K${line}`),
    isTerminal,
    color,
    columns: Deno.stdout.isTerminal() ? Deno.consoleSize().columns : 200,
  };
}

const CODES = { red: 31, green: 32, yellow: 33, blue: 34, gray: 90, bold: 1 } as const;

/** Paints a text where colours may be used. */
export function paint(io: Pick<Io, "color">, style: keyof typeof CODES, text: string): string {
  return io.color ? `\x1b[${CODES[style]}m${text}\x1b[0m` : text;
}

const STYLE: { readonly [status: string]: keyof typeof CODES } = {
  fresh: "green",
  success: "green",
  ok: "green",
  stale: "yellow",
  warn: "yellow",
  warning: "yellow",
  running: "blue",
  queued: "blue",
  failed: "red",
  blocked: "red",
  late: "red",
  critical: "red",
  error: "red",
  missing: "gray",
  skipped: "gray",
  cancelled: "gray",
};

/** Paints a word for a status in its colour. */
export function paintStatus(io: Pick<Io, "color">, status: string, word = status): string {
  const style = STYLE[status];
  return style ? paint(io, style, word) : word;
}
