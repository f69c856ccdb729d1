/**
 * Runs assets one by one on a real database, publishing each as the engine's commit would.
 *
 * @module
 */
import {
  type Asset,
  type Emitted,
  given,
  materialize,
  memoryCache,
  type Metadata,
  type OutOf,
  provide,
} from "engine";
import type { ObjectStore } from "../../assets/inputs/frame_store.ts";
import { cache, database, objects } from "../../assets/resources.ts";
import { seed, type SeedOptions } from "../../assets/demo/seed.ts";
import { type TestDatabase, testDatabase } from "../services/postgres.ts";

const root = new URL("../../", import.meta.url);
const migrations = [
  "adapters/postgres/migrations/0001_ledger.sql",
  "assets/migrations/0001_source.sql",
  "assets/migrations/0002_features.sql",
  "assets/migrations/0003_training.sql",
  "assets/migrations/0004_predictions.sql",
];

/** The newest day of {@linkcode trainingDatabase}'s population. */
export const lastDay = "2026-04-09";
const population: SeedOptions = {
  users: 60,
  days: 60,
  seed: 11,
  end: new Date("2026-04-10T00:00:00Z"),
};

const tables = () => migrations.map((file) => Deno.readTextFileSync(new URL(file, root)));

/** A database with all tables of Aurora, empty. */
export function emptyDatabase(): Promise<TestDatabase> {
  const statements = tables();
  return testDatabase({
    template: statements.join("\n"),
    prepare: async (sql) => {
      for (const text of statements) await sql.unsafe(text);
    },
  });
}

/** A database with all tables of Aurora and 60 users with 60 days. */
export function trainingDatabase(): Promise<TestDatabase> {
  const statements = tables();
  const demo = new URL("assets/demo/", root);
  const code = [...Deno.readDirSync(demo)].map((f) => f.name).sort()
    .map((name) => Deno.readTextFileSync(new URL(name, demo)));
  return testDatabase({
    template: [...statements, JSON.stringify(population), ...code].join("\n"),
    prepare: async (sql) => {
      for (const text of statements) await sql.unsafe(text);
      await seed(sql, population);
      await sql`analyze`;
    },
  });
}

/** Objects in memory. */
export function memoryObjects(): ObjectStore {
  const kept = new Map<string, Uint8Array>();
  return {
    async put(bytes) {
      const hash = await crypto.subtle.digest("SHA-256", bytes.slice());
      const digest = new Uint8Array(hash).toHex();
      kept.set(digest, bytes);
      return { digest, size: bytes.length };
    },
    get(digest) {
      const found = kept.get(digest);
      return found
        ? Promise.resolve(found)
        : Promise.reject(new Deno.errors.NotFound(`Cannot read object "${digest}": not kept`));
    },
  };
}

/** What one asset gave. */
export interface Ran<Out> {
  readonly value: Out;
  readonly metadata: Metadata;
  readonly events: readonly Emitted[];
}

/**
 * A bench for one database: values of assets stay, so that each step runs alone as in a real run.
 */
export class Pipeline {
  readonly cache = memoryCache(() => 0);
  readonly objects = memoryObjects();
  readonly #values = new Map<string, { asset: Asset; value: unknown }>();
  #version = 100n;

  constructor(readonly db: TestDatabase) {}

  /** Runs one asset for one day on what ran before, and makes its version visible. */
  async run<A extends Asset>(asset: A, partition: string): Promise<Ran<OutOf<A>>> {
    const version = this.#version++;
    const before = [...this.#values.values()].filter((v) => v.asset !== asset);
    const options = {
      partition,
      version,
      now: new Date("2026-05-01T00:00:00Z"),
      given: before.map((v) => given(v.asset, v.value as never)),
      resources: [
        provide(database, this.db.sql),
        provide(objects, this.objects),
        provide(cache, this.cache),
      ],
    };
    const done = await materialize(asset as Asset, options as never);
    await this.db.sql`
      insert into engine.visible values (${asset.name}, ${partition}, ${version})
      on conflict (asset, partition) do update set version = excluded.version`;
    this.#values.set(asset.name, { asset, value: done.value });
    return done as Ran<OutOf<A>>;
  }
}
