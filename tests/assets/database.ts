/** Databases with the tables of Aurora. @module */
import { type TestDatabase, testDatabase } from "../services/postgres.ts";
import { seed, type SeedOptions } from "../../assets/demo/seed.ts";

const root = new URL("../../", import.meta.url);
const files = [
  "adapters/postgres/migrations/0001_ledger.sql",
  "assets/migrations/0001_source.sql",
  "assets/migrations/0002_features.sql",
];

const texts = () => files.map((file) => Deno.readTextFileSync(new URL(file, root)));

/** Empty source, feature and quality tables. */
export function auroraDatabase(): Promise<TestDatabase> {
  const statements = texts();
  return testDatabase({
    template: statements.join("\n"),
    prepare: async (sql) => {
      for (const text of statements) await sql.unsafe(text);
    },
  });
}

/** The end of {@linkcode smallDatabase}'s population. */
export const smallEnd = new Date("2026-04-10T00:00:00Z");

/**
 * What {@linkcode smallDatabase} holds: a spring with changes to summer time in both hemispheres.
 */
export const small: SeedOptions = { users: 60, days: 45, seed: 7, end: smallEnd };

/** A copy of a database with a small population. */
export function smallDatabase(): Promise<TestDatabase> {
  const statements = texts();
  const demo = new URL("assets/demo/", root);
  const code = [...Deno.readDirSync(demo)].map((f) => f.name).sort()
    .map((name) => Deno.readTextFileSync(new URL(name, demo)));
  return testDatabase({
    template: [...statements, JSON.stringify(small), ...code].join("\n"),
    prepare: async (sql) => {
      for (const text of statements) await sql.unsafe(text);
      await seed(sql, small);
    },
  });
}
