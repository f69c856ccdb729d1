/**
 * The beginning and the end of an output that may be endless.
 *
 * @module
 */

/** How much is kept of an output. */
export interface Kept {
  /** Lines and bytes from the beginning. */
  readonly first: { readonly lines: number; readonly bytes: number };
  /** Lines and bytes from the end. */
  readonly last: { readonly lines: number; readonly bytes: number };
}

const NEWLINE = 10;

/**
 * Passes on the first lines as they come, keeps the last ones until the end, and says how much lay between. Holds no
 * more than `first.bytes + 2 × last.bytes`. What is dropped is only counted: 1 GB costs its reader about a second.
 */
export class FirstAndLast {
  readonly #kept: Kept;
  readonly #line: (text: string) => void;
  readonly #dropped: (lines: number, bytes: number) => void;
  readonly #decoder = new TextDecoder();
  #lines = 0;
  #bytes = 0;
  #isFull = false;
  /** The unfinished line; once full all of the end. */
  #rest: Uint8Array[] = [];
  #restBytes = 0;
  #lostBytes = 0;
  #lostLines = 0;

  /** `line` gets what is kept, in order; `dropped` is called between the first and the last lines if something was. */
  constructor(kept: Kept, o: {
    line(text: string): void;
    dropped(lines: number, bytes: number): void;
  }) {
    this.#kept = kept;
    this.#line = (text) => o.line(text);
    this.#dropped = (lines, bytes) => o.dropped(lines, bytes);
  }

  /** Takes what was read next; the bytes are its own from then on. */
  take(bytes: Uint8Array): void {
    let begin = 0;
    while (!this.#isFull) {
      const end = bytes.indexOf(NEWLINE, begin);
      if (end < 0) break;
      this.#keep(bytes.subarray(begin, end + 1));
      this.#pass(this.#taken());
      begin = end + 1;
    }
    if (begin < bytes.length) this.#keep(bytes.subarray(begin));
    if (this.#bytes + this.#restBytes > this.#kept.first.bytes) this.#isFull = true;
    if (this.#isFull) this.#trim();
  }

  /** Whether the end that is kept so far contains this. */
  endsWith(text: string): boolean {
    return this.#isFull && this.#decoder.decode(joined(this.#rest)).includes(text);
  }

  /** Passes on the end. */
  end(): void {
    const text = this.#decoder.decode(this.#taken());
    const lines = text.split("\n");
    if (lines.at(-1) === "") lines.pop();
    // After a cut the first line is not whole, unless it is all there is.
    const isCut = this.#lostBytes > 0 && lines.length > 1;
    const from = Math.max(isCut ? 1 : 0, this.#isFull ? lines.length - this.#kept.last.lines : 0);
    const skipped = lines.slice(0, from);
    this.#lostLines += skipped.length;
    this.#lostBytes += skipped.reduce((sum, line) => sum + line.length + 1, 0);
    if (this.#lostBytes > 0) this.#dropped(this.#lostLines, this.#lostBytes);
    lines.slice(from).forEach(this.#line);
  }

  #keep(bytes: Uint8Array): void {
    this.#rest.push(bytes);
    this.#restBytes += bytes.length;
  }

  #taken(): Uint8Array {
    const bytes = joined(this.#rest);
    this.#rest = [];
    this.#restBytes = 0;
    return bytes;
  }

  #pass(line: Uint8Array): void {
    this.#line(this.#decoder.decode(line.subarray(0, -1)));
    this.#lines++;
    this.#bytes += line.length;
    const { lines, bytes } = this.#kept.first;
    this.#isFull = this.#lines >= lines || this.#bytes >= bytes;
  }

  /** Whole pieces go, so that what is kept is at most one piece more than asked for. */
  #trim(): void {
    while (
      this.#rest.length > 1 && this.#restBytes - this.#rest[0]!.length > this.#kept.last.bytes
    ) {
      const gone = this.#rest.shift()!;
      this.#restBytes -= gone.length;
      this.#lostBytes += gone.length;
      for (let at = gone.indexOf(NEWLINE); at >= 0; at = gone.indexOf(NEWLINE, at + 1)) {
        this.#lostLines++;
      }
    }
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
