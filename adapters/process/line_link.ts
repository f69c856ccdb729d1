/**
 * JSON, one a line, over a connection.
 *
 * @module
 */
import { fromLine, type Link, toLine } from "engine";

/** A {@linkcode Link} that can be closed. */
export interface LineLink<In, Out> extends Link<In, Out>, Disposable {
  /** Resolves when all that was said until now is on its way, or the other side is gone. */
  flushed(): Promise<void>;
}

/** Both directions of a connection. */
export function lineLink<In, Out>(conn: Deno.Conn): LineLink<In, Out> {
  const encoder = new TextEncoder();
  let writing: Promise<void> = Promise.resolve();
  return {
    heard: linesOf<In>(conn),
    send(frame) {
      const bytes = encoder.encode(toLine(frame) + "\n");
      // Who reads learns from the end of the connection that nobody writes any more.
      writing = writing.then(() => writeAll(conn, bytes)).catch(() => {});
    },
    flushed: () => writing,
    [Symbol.dispose]() {
      try {
        conn.close();
      } catch {
        // The other side closed it.
      }
    },
  };
}

async function writeAll(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
}

async function* linesOf<T>(conn: Deno.Conn): AsyncGenerator<T> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(65_536);
  let parts: string[] = [];
  for (;;) {
    const read = await conn.read(buffer).catch(() => null);
    if (read === null) return;
    const lines = decoder.decode(buffer.subarray(0, read), { stream: true }).split("\n");
    parts.push(lines[0]!);
    for (const next of lines.slice(1)) {
      yield fromLine(parts.join("")) as T;
      parts = [next];
    }
  }
}
