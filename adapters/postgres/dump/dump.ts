import type { Sql, Transaction } from "../connect.ts";
import { copyOut } from "../copy.ts";
import { type Applied, applied } from "../migrate.ts";
import {
  type Partition,
  partitions,
  type Sequence,
  sequences,
  slices,
  type Table,
  tables,
} from "./catalog.ts";
import { encodeFrame, type FrameKind, MAGIC } from "./frames.ts";

/** First frame of a dump. */
export type Header = {
  readonly schemas: readonly string[];
  readonly migrations: readonly Applied[];
  readonly tables: readonly Table[];
  readonly partitions: readonly Partition[];
};

/** Last frame of a dump. */
export type Footer = {
  /** Rows by table. */
  readonly rows: Readonly<Record<string, number>>;
  readonly sequences: readonly Sequence[];
};

/** What {@link dump} may be told. */
export type DumpOptions = {
  /** Looks at the same moment of the database, before the rows are written. */
  readonly beside?: (tx: Transaction) => Promise<void>;
};

/**
 * Writes the rows of these schemas, as of one moment, gzipped; the tables themselves come from migrations.
 *
 * Runs beside anything else. The sink is closed at the end, and aborted if something fails.
 */
export async function dump(
  sql: Sql,
  schemas: readonly string[],
  sink: WritableStream<Uint8Array<ArrayBuffer>>,
  { beside }: DumpOptions = {},
): Promise<Footer> {
  const zip = new CompressionStream("gzip");
  const written = zip.readable.pipeTo(sink);
  written.catch(() => {});
  const writer = zip.writable.getWriter();
  try {
    const footer = await sql.begin(
      "isolation level repeatable read read only",
      async (tx) => {
        await beside?.(tx);
        return await write(tx, schemas, (b) => writer.write(b as Uint8Array<ArrayBuffer>));
      },
    );
    await writer.close();
    await written;
    return footer;
  } catch (error) {
    await writer.abort(error).catch(() => {});
    await written.catch(() => {});
    throw error;
  }
}

async function write(
  tx: Transaction,
  schemas: readonly string[],
  put: (bytes: Uint8Array) => Promise<void>,
): Promise<Footer> {
  const json = (kind: FrameKind, value: unknown) =>
    put(encodeFrame({ kind, bytes: new TextEncoder().encode(JSON.stringify(value)) }));
  // Names come with their schema, and everything in the one spelling that restore reads.
  await tx`set local search_path = ''`;
  await tx`set local datestyle = 'ISO'`;
  await tx`set local extra_float_digits = 3`;
  const header: Header = {
    schemas,
    migrations: await applied(tx),
    tables: await tables(tx, schemas),
    partitions: await partitions(tx, schemas),
  };
  await put(new TextEncoder().encode(MAGIC));
  await json("H", header);
  const rows: Record<string, number> = {};
  for (const { name, columns } of header.tables) {
    await json("T", name);
    rows[name] = 0;
    for (const slice of await slices(tx, name)) {
      const statement = `copy (select ${columns.join(", ")} ${slice}) to stdout`;
      for await (const bytes of copyOut(tx, statement)) {
        rows[name] = (rows[name] ?? 0) + lines(bytes);
        await put(encodeFrame({ kind: "D", bytes }));
      }
    }
  }
  const footer: Footer = { rows, sequences: await sequences(tx, schemas) };
  await json("E", footer);
  return footer;
}

/** Rows in a piece of COPY text: a line feed within a value is spelled `\n`. */
export function lines(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) count++;
  return count;
}
