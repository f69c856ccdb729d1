// deno-lint-ignore-file no-console
/** `deno task backup [--to PLACE] [--keep N]`: database and objects, while everything runs. @module */
import { parseArgs } from "@std/cli";
import { join } from "@std/path";
import { VERSION } from "../version.ts";
import { discardOld } from "./backup/discard.ts";
import { directoryOf, makeFolder, openPlace, ownObjects } from "./backup/places.ts";
import { settingsIn } from "./backup/settings.ts";
import { takeBackup, type Taken } from "./backup/take.ts";
import { database } from "./database.ts";

const USAGE = `Usage: deno task backup [--to PLACE] [--keep N] [--json]
Writes database and objects as of one moment, while everything runs.
  --to PLACE   a folder, s3://bucket/prefix or gs://bucket/prefix (.aurora/backups)
  --keep N     afterwards remove all but the newest N backups there
Reads DATABASE_URL, else the embedded database; AURORA_OBJECTS says where the objects are`;

/** What is said afterwards. */
export function told({ manifest: m, copied }: Taken, place: string): readonly string[] {
  const rows = Object.values(m.database.rows).reduce((sum, count) => sum + count, 0);
  return [
    `Backup "${m.id}" in "${place}": ${rows} rows, ${m.objects.count} objects ` +
    `(${copied.count} new, ${mb(copied.bytes)})`,
    ...m.left.map((schema) => `NOT in it, since it is not the program's: schema ${schema}`),
    m.keys.length === 0
      ? "NOT in it: AURORA_KEYS and AURORA_AUTH_SECRET, keep them elsewhere"
      : `NOT in it: AURORA_KEYS. Without key ${
        m.keys.join(" and ")
      } its connections cannot be read; ` +
        `nor AURORA_AUTH_SECRET, without which second factors have to be set up again. Keep them elsewhere`,
  ];
}

const mb = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MB`;

async function main(o: { to: string; keep: number | undefined; asJson: boolean }): Promise<void> {
  const env = (name: string) => Deno.env.get(name);
  await makeFolder(o.to);
  const to = await openPlace(o.to, env);
  await using db = await database(env("DATABASE_URL"));
  const taken = await takeBackup({
    sql: db.sql,
    from: await ownObjects(env),
    to,
    version: VERSION,
    settings: settingsIn(Deno.env.toObject()),
  });
  const discarded = o.keep === undefined ? undefined : await discardOld(to, o.keep);
  if (o.asJson) return console.log(JSON.stringify({ ...taken, discarded }));
  told(taken, to.place).forEach((line) => console.log(line));
  if (discarded) {
    console.log(
      `${discarded.backups} older backups and ${discarded.objects} objects of theirs removed`,
    );
  }
}

if (import.meta.main) {
  const known = { boolean: ["json", "help"], string: ["to", "keep"] };
  const args = parseArgs(Deno.args, known);
  const names = ["_", ...known.boolean, ...known.string];
  const keep = args["keep"] === undefined ? undefined : Number(args["keep"]);
  const isWrong = Object.keys(args).some((k) => !names.includes(k)) || args._.length > 0 ||
    (keep !== undefined && !(Number.isSafeInteger(keep) && keep > 0));
  if (args["help"] || isWrong) {
    console.error(USAGE);
    Deno.exit(args["help"] ? 0 : 2);
  }
  try {
    const to = args["to"] || join(directoryOf((name) => Deno.env.get(name)), "backups");
    await main({ to: String(to), keep, asJson: args["json"] === true });
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
