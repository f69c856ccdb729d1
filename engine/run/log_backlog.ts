/**
 * Lines of logs that are not kept yet.
 *
 * @module
 */
import type { LogRecord } from "../ledger/records.ts";

/** How lines are kept. */
export interface BacklogOptions {
  /** Keeps lines, in order. */
  keep(lines: readonly LogRecord[]): Promise<void>;
  /** Is told when lines could not be kept; they are tried again. */
  onTrouble?(error: unknown): void;
  /** Milliseconds that a line waits for others at most. @default {100} */
  readonly waitMs?: number;
}

/** Lines that are kept at once. */
const BATCH = 1_000;
/** Characters that wait of one attempt and of all: 40 MB of a process at most, whatever its steps print. */
const MOST_OF_ONE = 4_000_000;
const MOST_OF_ALL = 16_000_000;
/** What a line costs besides its text. */
const LINE = 200;
/** Milliseconds before lines are offered again that could not be kept. */
const AGAIN_MS = 1_000;

/** Which attempt. */
export type LogPlace = Pick<LogRecord, "run" | "step" | "attempt">;

const nameOf = (p: LogPlace) => `${p.run}/${p.step}/${p.attempt}`;
const sizeOf = (line: LogRecord) =>
  LINE + line.message.length + (line.fields === null ? 0 : JSON.stringify(line.fields).length);

/** Keeps lines in the background, batch after batch; what waits is bounded, of each attempt and in all. */
export class Backlog {
  readonly #o: BacklogOptions;
  /** How much of each attempt waits. */
  readonly #sizes = new Map<string, number>();
  #lines: LogRecord[] = [];
  #size = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #writing: Promise<void> | undefined;
  #isAway = false;

  /** Nothing waits. */
  constructor(o: BacklogOptions) {
    this.#o = o;
  }

  /** Whether another line of this attempt may wait. */
  hasRoom(place: LogPlace): boolean {
    return this.#size < MOST_OF_ALL && (this.#sizes.get(nameOf(place)) ?? 0) < MOST_OF_ONE;
  }

  /** Takes a line, if there is room; a line of the engine also if its attempt has none left. */
  add(line: LogRecord, isOurs: boolean): void {
    if (!isOurs && !this.hasRoom(line)) return;
    if (this.#size >= 2 * MOST_OF_ALL) return;
    this.#count(line, 1);
    this.#lines.push(line);
    if (this.#isAway) return;
    if (this.#lines.length >= BATCH && this.#writing === undefined) void this.write();
    else this.#timer ??= setTimeout(() => void this.write(), this.#o.waitMs ?? 100);
  }

  #count(line: LogRecord, sign: 1 | -1): void {
    const name = nameOf(line);
    const size = sign * sizeOf(line);
    this.#size += size;
    const left = (this.#sizes.get(name) ?? 0) + size;
    if (left > 0) this.#sizes.set(name, left);
    else this.#sizes.delete(name);
  }

  /** Keeps what waits, also what comes meanwhile; resolves when that was done or could not be done. */
  write(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return this.#writing ??= this.#drain().finally(() => this.#writing = undefined);
  }

  async #drain(): Promise<void> {
    this.#isAway = false;
    while (this.#lines.length > 0) {
      const batch = this.#lines.slice(0, BATCH);
      try {
        await this.#o.keep(batch);
      } catch (error) {
        this.#o.onTrouble?.(error);
        // The database is away: what waits is offered again, what comes meanwhile waits while there is room.
        this.#isAway = true;
        this.#timer ??= setTimeout(() => void this.write(), AGAIN_MS);
        return;
      }
      this.#lines.splice(0, batch.length);
      for (const line of batch) this.#count(line, -1);
    }
  }

  /** Keeps what waits, a last time. */
  async close(): Promise<void> {
    await this.write();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
