/**
 * What commands on connections work with.
 *
 * @module
 */
import type { Sql } from "../adapters/postgres/connect.ts";
import { type Keys, keysFromEnv } from "../adapters/secrets/keys_from_env.ts";
import { type Setting, UsageError } from "./command.ts";
import { unusable } from "./files.ts";
import { userOfMachine } from "./user_of_machine.ts";

/** What the actions work with. */
export interface Desk extends Setting {
  /** The database. */
  readonly sql: Sql;
  /** The keys. */
  readonly keys: Keys;
  /** The environment. */
  readonly env: (name: string) => string;
  /** Who calls. */
  readonly by: string;
  /** Writes into the audit log what was done, and about what. */
  readonly audit: (action: string, target: string) => Promise<void>;
}

/** Opens what the actions need, and closes it. */
export async function atDesk(
  setting: Setting,
  use: (desk: Desk) => Promise<number>,
): Promise<number> {
  const { database, migrateAll } = await import("../tasks/database.ts");
  const env = (name: string) => Deno.env.get(name) ?? "";
  await using db = await database(Deno.env.get("DATABASE_URL"));
  await migrateAll(db.sql, { onWait: (sentence) => setting.io.err(sentence) });
  const { writeAudit } = await import("../adapters/postgres/access/audit.ts");
  const who = userOfMachine();
  const audit: Desk["audit"] = (action, target) =>
    writeAudit(db.sql, { who, action, target, outcome: "allowed", peer: "" });
  return await use({
    ...setting,
    sql: db.sql,
    keys: keysFromEnv(env),
    env,
    by: `${who.name} (cli)`,
    audit,
  });
}

/** Writes a file that only its owner may read. */
export async function writePrivate(file: string, text: string, replace: boolean): Promise<void> {
  try {
    // A file that was there would keep its permissions.
    if (replace) await Deno.remove(file).catch(() => {});
    await Deno.writeTextFile(file, text, { createNew: true, mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw unusable("write", file, error);
    throw new UsageError(`Cannot write "${file}": it is there, --replace takes its place`);
  }
}
