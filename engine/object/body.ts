/** Bodies of objects: their digest, and streams that check it on the way. @module */
import { createHash } from "node:crypto";
import type { ObjectBody } from "./objects.ts";

/** SHA-256 of bytes in hexadecimal digits. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/**
 * The body of something that can be opened more than once, such as a file: reads it once for size and digest.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { bodyOf } from "engine";
 *
 * const body = await bodyOf(() => new Blob(["hello"]).stream());
 * assertEquals([body.size, body.sha256.slice(0, 8)], [5, "2cf24dba"]);
 * ```
 */
export async function bodyOf(open: ObjectBody["open"]): Promise<ObjectBody> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of await open()) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { size, sha256: hash.digest("hex"), open };
}

/** The body of bytes, or the body itself. */
export function asBody(given: Uint8Array | ObjectBody): ObjectBody {
  if (!(given instanceof Uint8Array)) return given;
  return {
    size: given.length,
    sha256: sha256Of(given),
    open: () => new Blob([given as Uint8Array<ArrayBuffer>]).stream(),
  };
}

/** What bytes ought to be, and what they are told as if they are not. */
export type ExpectedBytes = Pick<ObjectBody, "size" | "sha256"> & {
  /** `Cannot read object "a"`. */
  readonly doing: string;
};

/** The same chunks one after the other; throws at the end if they are not what was expected. */
export async function* checkedChunks(
  chunks: AsyncIterable<Uint8Array>,
  expected: ExpectedBytes,
): AsyncGenerator<Uint8Array, void, undefined> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of chunks) {
    hash.update(chunk);
    size += chunk.length;
    // Told before a store that counts bytes gets one too many.
    if (size > expected.size) throw damaged(expected, `more than ${expected.size} bytes`);
    yield chunk;
  }
  if (size !== expected.size) throw damaged(expected, `${size} bytes, not ${expected.size}`);
  const found = hash.digest("hex");
  if (found !== expected.sha256) {
    throw damaged(expected, `their SHA-256 is ${found}, not ${expected.sha256}`);
  }
}

/**
 * A stream of the same bytes that fails at its end if they are not what was expected.
 *
 * @throws {Deno.errors.InvalidData} From the stream.
 */
export function checkedStream(
  from: AsyncIterable<Uint8Array>,
  expected: ExpectedBytes,
): ReadableStream<Uint8Array> {
  return ReadableStream.from(checkedChunks(from, expected));
}

/** All bytes of a stream. */
export async function bytesOf(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return joined(chunks);
}

/** Chunks of exactly `size` bytes, the last one shorter; one empty chunk if there are no bytes. */
export async function* blocksOf(
  chunks: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let block = new Uint8Array(size);
  let filled = 0;
  let any = false;
  for await (let chunk of chunks) {
    while (chunk.length > 0) {
      const taken = chunk.subarray(0, size - filled);
      block.set(taken, filled);
      filled += taken.length;
      chunk = chunk.subarray(taken.length);
      if (filled < size) continue;
      yield block;
      any = true;
      block = new Uint8Array(size);
      filled = 0;
    }
  }
  if (filled > 0 || !any) yield block.subarray(0, filled);
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(chunks.reduce((sum, c) => sum + c.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

function damaged({ doing }: ExpectedBytes, found: string): Error {
  return new Deno.errors.InvalidData(`${doing}: the bytes were damaged (${found})`);
}
