/** Kinds of frames in a dump: the header, the start of a table, its rows, the end of everything. */
export type FrameKind = "H" | "T" | "D" | "E";

/** One piece of a dump: a letter, the length as four bytes (big endian), the bytes. */
export type Frame = { readonly kind: FrameKind; readonly bytes: Uint8Array };

/** First bytes of every dump, before compression. */
export const MAGIC = "aurora dump 1\n";

/** Spells a frame. */
export function encodeFrame({ kind, bytes }: Frame): Uint8Array {
  const out = new Uint8Array(5 + bytes.length);
  out[0] = kind.charCodeAt(0);
  new DataView(out.buffer).setUint32(1, bytes.length);
  out.set(bytes, 5);
  return out;
}

/**
 * Reads frames from bytes that arrive in pieces of any size; memory stays at the size of one frame.
 *
 * @throws {TypeError} If it is no dump, or one that ends in the middle.
 */
export async function* decodeFrames(source: AsyncIterable<Uint8Array>): AsyncGenerator<Frame> {
  const reader = new Pieces(source);
  const magic = await reader.take(MAGIC.length);
  if (magic === undefined || new TextDecoder().decode(magic) !== MAGIC) {
    throw new TypeError(`Cannot read dump: it does not begin with "${MAGIC.trim()}"`);
  }
  for (;;) {
    const head = await reader.take(5);
    if (head === undefined) throw truncated();
    const kind = String.fromCharCode(head[0] ?? 0) as FrameKind;
    const bytes = await reader.take(new DataView(head.buffer).getUint32(1));
    if (bytes === undefined) throw truncated();
    yield { kind, bytes };
    if (kind === "E") return;
  }
}

function truncated(): TypeError {
  return new TypeError("Cannot read dump: it ends in the middle, it was not written to its end");
}

/** Takes exact numbers of bytes from pieces of any size. */
class Pieces {
  readonly #source: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** A copy of the next `count` bytes; nothing if there are fewer. */
  async take(count: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const out = new Uint8Array(count);
    for (let filled = 0; filled < count;) {
      if (this.#rest.length === 0) {
        const next = await this.#source.next();
        if (next.done === true) return undefined;
        this.#rest = next.value;
      }
      const part = this.#rest.subarray(0, count - filled);
      out.set(part, filled);
      filled += part.length;
      this.#rest = this.#rest.subarray(part.length);
    }
    return out;
  }
}
