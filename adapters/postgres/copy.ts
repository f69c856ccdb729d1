import type { Queries } from "./connect.ts";

/** Rows to write, as text of COPY: tabs between columns, `\N` for null, a line feed after each row. */
export type CopyText = AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>;

type Writable = {
  write(chunk: string | Uint8Array): boolean;
  end(): void;
  destroy(error: unknown): void;
  once(event: "drain" | "finish" | "error", listener: (error?: unknown) => void): void;
};

/**
 * Writes rows by COPY: `statement` is "copy … from stdin", `rows` its text in chunks of any size.
 *
 * The driver alone never reports a row that the server refuses: its stream then neither fails nor finishes
 * (3.4.9). Here the refusal is taken from the pending query. Ends when the server has all rows.
 *
 * @throws {postgres.PostgresError} What the server says, with the line of the bad row in `where`.
 */
export async function copyIn(sql: Queries, statement: string, rows: CopyText): Promise<void> {
  const query = sql.unsafe(statement);
  const refused = refusal(query, (stream) => stream.on("error", () => {}));
  const stream = await Promise.race([query.writable(), refused]) as unknown as Writable;
  const finished = new Promise<void>((done, fail) => {
    stream.once("finish", () => done());
    stream.once("error", fail);
  });
  finished.catch(() => {});
  try {
    for await (const chunk of rows) {
      if (stream.write(chunk)) continue;
      await Promise.race([
        refused,
        new Promise<void>((done) => stream.once("drain", () => done())),
      ]);
    }
    stream.end();
    await Promise.race([finished, refused]);
  } catch (error) {
    stream.destroy(error);
    throw error;
  }
}

type Pending = { reject: (error: unknown) => void; resolve: (value: unknown) => void };

/**
 * Rejects when the server refuses, even after the query gave its stream. `attach` gets the stream in the moment
 * it exists: what arrives in the same packet, an error included, would find no listener later.
 */
function refusal(query: unknown, attach: (stream: Readable) => void): Promise<never> {
  const pending = query as Pending;
  const { resolve, reject } = pending;
  pending.resolve = (stream) => {
    pending.resolve = resolve;
    attach(stream as Readable);
    resolve(stream);
  };
  const refused = new Promise<never>((_, fail) => {
    pending.reject = (error) => {
      fail(error);
      reject(error);
    };
  });
  refused.catch(() => {});
  return refused;
}

/**
 * Reads what "copy … to stdout" gives, in the chunks in which it arrives.
 *
 * With back pressure: the server waits while nobody takes what has come. Who stops reading waits
 * until the rest has gone by: the connection is free then.
 */
export async function* copyOut(sql: Queries, statement: string): AsyncGenerator<Uint8Array> {
  const query = sql.unsafe(statement);
  // A refusal comes by the query; the stream only has to have somebody who hears of it.
  const refused = refusal(query, (stream) => stream.on("error", () => {}));
  const stream = await Promise.race([query.readable(), refused]) as unknown as AsyncIterable<
    Uint8Array
  >;
  const chunks = stream[Symbol.asyncIterator]();
  const next = () => Promise.race([chunks.next(), refused]);
  let isOver = false;
  try {
    for (;;) {
      const { done, value } = await next();
      isOver = done === true;
      if (isOver) return;
      yield value;
    }
  } finally {
    // The connection takes no question before it has sent all. Of a refusal the reader was told already.
    while (!isOver) isOver = await next().then(({ done }) => done === true, () => true);
  }
}

type Readable = { on(event: "error", listener: (error: unknown) => void): void };

const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "\t": "\\t",
  "\n": "\\n",
  "\r": "\\r",
};

/** One row as text of COPY. Objects become JSON, dates ISO 8601, bytes hexadecimal; null and undefined null. */
export function copyRow(values: readonly unknown[]): string {
  return `${values.map(copyValue).join("\t")}\n`;
}

function copyValue(value: unknown): string {
  if (value === null || value === undefined) return "\\N";
  return copyText(value).replace(/[\\\t\n\r]/g, (found) => ESCAPES[found] ?? found);
}

function copyText(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `\\x${value.toHex()}`;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
