// deno-lint-ignore-file no-console
/** `deno task db:dump FILE`: writes all rows of the program's database to a file. @module */
import { dump } from "../adapters/postgres/dump/dump.ts";
import { database, SCHEMAS } from "./database.ts";

/** Dumps the database at `url`, or the embedded one, gives the number of rows. */
export async function dumpTo(file: string, url: string | undefined): Promise<number> {
  await using db = await database(url);
  const part = `${file}.part`;
  try {
    const out = await Deno.open(part, { write: true, create: true, truncate: true, mode: 0o600 });
    const { rows } = await dump(db.sql, SCHEMAS, out.writable);
    await Deno.rename(part, file);
    return Object.values(rows).reduce((sum, count) => sum + count, 0);
  } finally {
    await Deno.remove(part).catch(() => {});
  }
}

if (import.meta.main) {
  const [file] = Deno.args;
  if (file === undefined || file.startsWith("-")) {
    console.error("Usage: deno task db:dump FILE\nReads DATABASE_URL, else the embedded database");
    Deno.exit(2);
  }
  try {
    console.log(`${await dumpTo(file, Deno.env.get("DATABASE_URL"))} rows written to "${file}"`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
