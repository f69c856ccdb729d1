/** Reading an object to its end, although connections break on the way. @module */
import { ServiceUnavailableError } from "engine";
import type { OpenAnswer } from "./http.ts";

/** An object that is being read. */
export interface Streamed {
  /** Bytes of the whole. */
  readonly size: number;
  /** The answer that begins with the first byte. */
  readonly first: OpenAnswer;
  /** Asks for the rest of the same version. @throws If that is not there any more. */
  resume(from: number): Promise<OpenAnswer>;
  /** For messages. */
  readonly service: string;
  /** For messages. */
  readonly doing: string;
  readonly signal: AbortSignal | undefined;
}

/** Breaks in a row, without a byte between them, after which it is given up. */
const MOST_BREAKS = 5;

/** All chunks; after a break it goes on where it was. */
export async function* streamed(o: Streamed): AsyncGenerator<Uint8Array, void, undefined> {
  let at = 0;
  let answer = o.first;
  for (let breaks = 0; at < o.size || breaks === 0;) {
    let trouble: unknown = new Error(`ended after ${at} of ${o.size} bytes`);
    try {
      for await (const chunk of answer.chunks) {
        at += chunk.length;
        breaks = 0;
        yield chunk;
      }
    } catch (error) {
      o.signal?.throwIfAborted();
      trouble = error;
    }
    if (at >= o.size) return;
    if (++breaks > MOST_BREAKS) throw new ServiceUnavailableError(o.service, o.doing, trouble);
    answer = await o.resume(at);
  }
}
