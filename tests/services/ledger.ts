/**
 * Databases that hold a ledger, for tests.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";
import { migrateLedger, openLedger } from "../../adapters/postgres/ledger/ledger.ts";
import { readMigrations } from "../../adapters/postgres/migrate.ts";
import { testDatabase } from "./postgres.ts";

/** The text of all migrations of the ledger: a template made from others is not used. */
async function content(): Promise<string> {
  const folder = fromFileUrl(new URL("../../adapters/postgres/migrations", import.meta.url));
  return (await readMigrations(folder)).map((m) => m.text).join("\n");
}

/** A fresh database with the tables of the ledger. */
export async function ledgerDatabase() {
  return await testDatabase({ template: `ledger ${await content()}`, prepare: migrateLedger });
}

/** A fresh ledger on PostgreSQL. */
export async function testLedger() {
  const db = await ledgerDatabase();
  const ledger = await openLedger(db.url);
  return {
    url: db.url,
    ledger,
    async [Symbol.asyncDispose]() {
      await ledger[Symbol.asyncDispose]();
      await db[Symbol.asyncDispose]();
    },
  };
}
