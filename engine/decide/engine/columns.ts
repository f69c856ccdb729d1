/**
 * What is known of each slice, in flat columns.
 *
 * @module
 */

/** Bits of a slice. */
export const BIT = {
  /** No visible version. */
  missing: 1,
  /** The visible version was made by other code. */
  code: 2,
  /** An input changed after it was read. */
  data: 4,
  /** An input is not clean: this one may change too. */
  behind: 8,
  /** Requested or started, and not ended. */
  inFlight: 16,
  /** The last attempt failed; a success clears it. */
  failed: 32,
  /** A blocking check failed. */
  blocked: 64,
} as const;

/** The bits of which one is enough for what reads the slice to be behind. */
export const UNCLEAN = BIT.missing | BIT.code | BIT.data | BIT.behind;

/**
 * The slices of all assets, 53 bytes each. Those of an asset stand side by side; an asset that outgrows its place moves
 * to the end with twice the room.
 */
export class Columns {
  /** First slice of each asset. */
  readonly at: Int32Array;
  /** Slices of each asset. */
  readonly count: Int32Array;
  readonly #room: Int32Array;
  #used = 0;
  /** Sequence of the newest visible version that differs from the one before. */
  changed = new Uint32Array(0);
  /** Sequence of the newest success, the same data or not. */
  ran = new Uint32Array(0);
  /** Sequence up to which the inputs are what the visible version read. */
  readAt = new Uint32Array(0);
  /** Sequence up to which what happened was answered: by a request or by a success that read it. */
  handled = new Uint32Array(0);
  /** The tick that requested it last. */
  will = new Uint32Array(0);
  /** Data version that is visible. */
  version = new Float64Array(0);
  /** Code that made it. */
  codeOf = new Float64Array(0);
  /** The number under which the ledger has it; 0 before the first. */
  made = new Float64Array(0);
  /** What the visible version read, as `readingNow` sums it up; 0 if that is not known. */
  read = new Float64Array(0);
  /** {@linkcode BIT} */
  bits = new Uint8Array(0);

  /** Columns for assets of so many slices, all missing. */
  constructor(counts: readonly number[]) {
    this.at = new Int32Array(counts.length);
    this.count = new Int32Array(counts.length);
    this.#room = new Int32Array(counts.length);
    this.#reserve(counts.reduce((sum, n) => sum + n, 0));
    counts.forEach((n, asset) => {
      this.at[asset] = this.#used;
      this.count[asset] = this.#room[asset] = n;
      this.#used += n;
    });
    this.bits.fill(BIT.missing, 0, this.#used);
  }

  /** Appends missing slices to an asset. Amortised O(slices appended). */
  grow(asset: number, count: number): void {
    const was = this.count[asset]!;
    if (count > this.#room[asset]!) this.#move(asset, Math.max(count, 2 * was));
    this.count[asset] = count;
    this.bits.fill(BIT.missing, this.at[asset]! + was, this.at[asset]! + count);
  }

  #move(asset: number, room: number): void {
    const [from, count, to] = [this.at[asset]!, this.count[asset]!, this.#used];
    this.#reserve(to + room);
    for (const column of this.all()) column.copyWithin(to, from, from + count);
    this.at[asset] = to;
    this.#room[asset] = room;
    this.#used += room;
  }

  #reserve(slices: number): void {
    if (slices <= this.bits.length) return;
    const length = Math.max(slices, 2 * this.bits.length);
    const u32 = (old: Uint32Array<ArrayBuffer>) => grown(old, new Uint32Array(length));
    const f64 = (old: Float64Array<ArrayBuffer>) => grown(old, new Float64Array(length));
    this.changed = u32(this.changed);
    this.ran = u32(this.ran);
    this.readAt = u32(this.readAt);
    this.handled = u32(this.handled);
    this.will = u32(this.will);
    this.version = f64(this.version);
    this.codeOf = f64(this.codeOf);
    this.made = f64(this.made);
    this.read = f64(this.read);
    this.bits = grown(this.bits, new Uint8Array(length));
  }

  /** The columns, the wide ones first, so that they can be laid one behind the other. */
  all(): readonly (
    | Uint8Array<ArrayBuffer>
    | Uint32Array<ArrayBuffer>
    | Float64Array<ArrayBuffer>
  )[] {
    return [
      this.version,
      this.codeOf,
      this.made,
      this.read,
      this.changed,
      this.ran,
      this.readAt,
      this.handled,
      this.will,
      this.bits,
    ];
  }
}

function grown<T extends { set(from: T): void }>(old: T, made: T): T {
  made.set(old);
  return made;
}
