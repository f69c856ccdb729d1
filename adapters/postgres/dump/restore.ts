import type { Sql, Transaction } from "../connect.ts";
import { copyIn } from "../copy.ts";
import { type Applied, applied } from "../migrate.ts";
import { type Footer, type Header, lines } from "./dump.ts";
import { decodeFrames, type Frame } from "./frames.ts";

/** What {@link restore} may be told. */
export type RestoreOptions = {
  /** Empty the tables first; without it, rows in any of them are a reason to refuse. */
  readonly replace?: boolean;
};

/**
 * Reads a dump into a database whose migrations have run; all of it or nothing.
 *
 * @throws {RestoreError} If the migrations differ, a table has rows already, or rows are missing in the dump.
 */
export async function restore(
  sql: Sql,
  source: ReadableStream<Uint8Array<ArrayBuffer>>,
  options: RestoreOptions = {},
): Promise<Footer> {
  const frames = decodeFrames(source.pipeThrough(new DecompressionStream("gzip")));
  const first = await frames.next();
  if (first.done === true || first.value.kind !== "H") {
    throw new RestoreError("Cannot restore: the dump has no header");
  }
  const header = parse(first.value) as Header;
  return await sql.begin(async (tx) => {
    mustMatch(header.migrations, await applied(tx));
    await tx`set local search_path = ''`;
    // The audit log lets itself be emptied for nothing else.
    await tx`set local aurora.restoring = 'on'`;
    for (const { name, parent, bound } of header.partitions) {
      await tx.unsafe(`create table if not exists ${name} partition of ${parent} ${bound}`);
    }
    await makeRoom(tx, header, options.replace === true);
    return await fill(tx, header, frames);
  });
}

/** A dump does not fit the database it should go to. */
export class RestoreError extends Error {
  override readonly name = "RestoreError";
}

function mustMatch(dumped: readonly Applied[], here: readonly Applied[]): void {
  const spell = ({ set, name, checksum }: Applied) => `${set}/${name} ${checksum.slice(0, 8)}`;
  const mine = new Set(here.map(spell));
  const theirs = new Set(dumped.map(spell));
  const missing = [...theirs].filter((each) => !mine.has(each));
  const extra = [...mine].filter((each) => !theirs.has(each));
  if (missing.length + extra.length === 0) return;
  throw new RestoreError(
    `Cannot restore: the dump was made by another version of the program (only in the dump: ` +
      `"${missing.join('", "')}", only here: "${
        extra.join('", "')
      }"), restore it with that version`,
  );
}

async function makeRoom(tx: Transaction, header: Header, isReplacing: boolean): Promise<void> {
  const names = header.tables.map((table) => table.name);
  if (names.length === 0) return;
  await tx.unsafe(`lock table ${names.join(", ")} in access exclusive mode`);
  if (isReplacing) return void await tx.unsafe(`truncate ${names.join(", ")} cascade`);
  for (const name of names) {
    const [found] = await tx.unsafe(`select 1 from ${name} limit 1`);
    if (found === undefined) continue;
    throw new RestoreError(
      `Cannot restore: table "${name}" has rows, restore into a new database or add --replace`,
    );
  }
}

async function fill(
  tx: Transaction,
  header: Header,
  frames: AsyncGenerator<Frame>,
): Promise<Footer> {
  const rows: Record<string, number> = {};
  let frame = await frames.next();
  while (frame.done !== true && frame.value.kind === "T") {
    const name = parse(frame.value) as string;
    const table = header.tables.find((each) => each.name === name);
    if (table === undefined) {
      throw new RestoreError(`Cannot restore: "${name}" is not in the header`);
    }
    rows[name] = 0;
    frame = await frames.next();
    const data = async function* () {
      for (; frame.done !== true && frame.value.kind === "D"; frame = await frames.next()) {
        rows[name] = (rows[name] ?? 0) + lines(frame.value.bytes);
        yield frame.value.bytes;
      }
    };
    // Triggers of ours would act a second time on what they have acted on already.
    await tx.unsafe(`alter table ${name} disable trigger user`);
    await copyIn(tx, `copy ${name} (${table.columns.join(", ")}) from stdin`, data());
    await tx.unsafe(`alter table ${name} enable trigger user`);
  }
  if (frame.done === true) throw new RestoreError("Cannot restore: the dump has no end");
  const footer = parse(frame.value) as Footer;
  for (const [name, count] of Object.entries(footer.rows)) {
    if (rows[name] === count) continue;
    throw new RestoreError(
      `Cannot restore: "${name}" has ${rows[name]} rows of ${count} in the dump`,
    );
  }
  for (const { name, last, isCalled } of footer.sequences) {
    await tx`select setval(${name}::text::regclass, ${last}::text::bigint, ${isCalled})`;
  }
  return footer;
}

function parse(frame: Frame): unknown {
  return JSON.parse(new TextDecoder().decode(frame.bytes));
}
