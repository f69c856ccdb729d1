// deno-lint-ignore-file no-console
/** `deno task db:restore FILE [--replace]`: reads what `db:dump` wrote. @module */
import { parseArgs } from "@std/cli";
import { restore } from "../adapters/postgres/dump/restore.ts";
import { renewIdentity } from "../adapters/postgres/identity.ts";
import { database, migrateAll } from "./database.ts";

/** Restores into the database at `url`, or the embedded one, gives the number of rows. */
export async function restoreFrom(
  file: string,
  url: string | undefined,
  options: { readonly replace: boolean },
): Promise<number> {
  using source = await Deno.open(file);
  await using db = await database(url);
  await migrateAll(db.sql);
  const { rows } = await restore(db.sql, source.readable, options);
  // Numbers of versions are given a second time: ids of events must not be.
  await renewIdentity(db.sql);
  return Object.values(rows).reduce((sum, count) => sum + count, 0);
}

if (import.meta.main) {
  const args = parseArgs(Deno.args, { boolean: ["replace"] });
  const [file] = args._;
  if (file === undefined) {
    console.error("Usage: deno task db:restore FILE [--replace]\n--replace empties tables first");
    Deno.exit(2);
  }
  try {
    const options = { replace: args["replace"] === true };
    const count = await restoreFrom(String(file), Deno.env.get("DATABASE_URL"), options);
    console.log(`${count} rows read from "${file}"`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
