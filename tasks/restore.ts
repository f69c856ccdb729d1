// deno-lint-ignore-file no-console
/** `deno task restore FROM [--backup ID]`: gives a backup back into an empty place. @module */
import { parseArgs } from "@std/cli";
import { check } from "../adapters/postgres/check/check.ts";
import { giveBack } from "./backup/give_back.ts";
import { BackupError, finished, type Manifest, readManifest } from "./backup/manifest.ts";
import { openPlace, ownObjects } from "./backup/places.ts";
import { database } from "./database.ts";
import { told } from "./db_check.ts";

const USAGE = `Usage: deno task restore FROM [--backup ID] [--list]
Reads a backup into an empty database (DATABASE_URL, else the embedded one) and into AURORA_OBJECTS.
  FROM          the folder, s3://… or gs://… that "deno task backup" wrote to
  --backup ID   this one instead of the newest
  --list        only list the backups that are there`;

/** What a backup is, in a line. */
const titleOf = (m: Manifest) =>
  `${m.id}  program ${m.program}, ${Object.values(m.database.rows).reduce((a, b) => a + b, 0)} ` +
  `rows, ${m.objects.count} objects`;

async function main(o: { from: string; id: string | undefined; lists: boolean }): Promise<boolean> {
  const env = (name: string) => Deno.env.get(name);
  const from = await openPlace(o.from, env);
  const ids = await finished(from);
  if (o.lists) {
    for (const id of ids) console.log(titleOf(await readManifest(from, id)));
    return true;
  }
  const id = o.id ?? ids[0];
  if (id === undefined) {
    throw new BackupError(`Cannot restore: "${from.place}" has no finished backup`);
  }
  const manifest = await readManifest(from, id);
  console.log(`Restoring ${titleOf(manifest)}`);
  await using db = await database(env("DATABASE_URL"));
  const { rows, copied, workers } = await giveBack({
    sql: db.sql,
    from,
    to: await ownObjects(env),
    manifest,
  });
  console.log(`${rows} rows restored, ${copied.count} objects copied and verified`);
  if (workers > 0) console.log(`Steps of ${workers} workers of then are queued again`);
  return await verified(db.sql, manifest);
}

/** Whether the database agrees with itself; says what it needs besides. */
async function verified(sql: Parameters<typeof check>[0], manifest: Manifest): Promise<boolean> {
  const wrong = (await check(sql)).filter((c) => c.violations.length > 0);
  told(wrong).forEach((line) => console.log(line));
  if (wrong.length === 0) console.log("The database agrees with itself (deno task db:check)");
  if (manifest.keys.length > 0) {
    console.log(`Its connections need AURORA_KEYS with key ${manifest.keys.join(" and ")}`);
  }
  const settings = Object.entries(manifest.settings).map(([name, value]) => `  ${name}=${value}`);
  if (settings.length > 0) console.log(["It was taken with:", ...settings].join("\n"));
  console.log(
    'See docs/guide/backup.md for Kafka and Redis before you start; then "deno task start"',
  );
  return wrong.length === 0;
}

if (import.meta.main) {
  const known = { boolean: ["list", "help"], string: ["backup", "_"] };
  const args = parseArgs(Deno.args, known);
  const names = ["_", ...known.boolean, ...known.string];
  const unknown = Object.keys(args).find((k) => !names.includes(k));
  const [from, ...more] = args._;
  if (args["help"] || unknown !== undefined || from === undefined || more.length > 0) {
    console.error(USAGE);
    Deno.exit(args["help"] ? 0 : 2);
  }
  try {
    const id = args["backup"] ? String(args["backup"]) : undefined;
    Deno.exit(await main({ from: String(from), id, lists: args["list"] === true }) ? 0 : 1);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
