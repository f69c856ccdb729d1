/**
 * Puts the demo population into a database.
 *
 * @module
 */
import type { Queries, Sql, Transaction } from "../sql.ts";
import * as copy from "./copy.ts";
import { planted, type RuleName } from "./faults.ts";
import { type Population, population, type PopulationOptions } from "./options.ts";
import { simulate } from "./simulate.ts";
import { withoutIndexes } from "./without_indexes.ts";

/** Where it is remembered which population a database holds: no migration makes it, so that only a demo has it. */
export const POPULATION_TABLE = "aurora_life.demo_population";

/** Makes {@linkcode POPULATION_TABLE} if it is not there. */
export async function makePopulationTable(sql: Queries): Promise<void> {
  await sql`
    create table if not exists aurora_life.demo_population (
      users integer, days integer, seed integer, end_at timestamptz, faults boolean,
      events integer)`;
}

/** What `seed()` takes. */
export interface SeedOptions extends PopulationOptions {
  /** Removes another demo population instead of refusing. @default {false} */
  readonly reset?: boolean;
}

/** The population that a database holds. */
export interface Seeded {
  /** How many people. */
  readonly users: number;
  /** How many days of events. */
  readonly days: number;
  /** What decided the rest. */
  readonly seed: number;
  /** The instant up to which data exists. */
  readonly end: Date;
  /** Rows of `life_events`. */
  readonly events: number;
  /** How many faults the rules have to find as of `end`. */
  readonly planted: { readonly [Rule in RuleName]: number };
  /** Whether this call wrote it, or found it there. */
  readonly written: boolean;
  /** How long that took. */
  readonly seconds: number;
}

/** A database that already holds other data. */
export class PopulationError extends Error {
  override readonly name = "PopulationError";
}

const none = Object.fromEntries(Object.keys(planted).map((rule) => [rule, 0])) as {
  [Rule in RuleName]: number;
};

/** The demo population that is in the database, or undefined where there is none. */
export async function seeded(sql: Queries): Promise<Seeded | undefined> {
  const [there] = await sql<{ there: boolean }[]>`
    select to_regclass('aurora_life.demo_population') is not null as there`;
  if (!there?.there) return undefined;
  const [row] = await sql<
    { users: number; days: number; seed: number; end: Date; faults: boolean; events: number }[]
  >`
    select users, days, seed, end_at as "end", faults, events from aurora_life.demo_population`;
  if (!row) return undefined;
  const { faults, ...rest } = row;
  return { ...rest, planted: faults ? planted : none, written: false, seconds: 0 };
}

/**
 * Makes sure that the database holds the population that the options describe, in one transaction.
 * Where it is there already nothing is written; one of an earlier `end` counts as the same, and its
 * own end is given back.
 *
 * The engine's tables must exist (`assets/migrations/`). Writes about 200,000 events a second on
 * one quiet core.
 *
 * @throws {PopulationError} If the database holds another population and `reset` is not given, or
 * data that no seed has made (those are never removed).
 */
export async function seed(sql: Sql, options: SeedOptions): Promise<Seeded> {
  const wanted = population(options);
  const started = performance.now();
  return await sql.begin(async (sql) => {
    await sql`select pg_advisory_xact_lock(hashtextextended('aurora_life.demo_population', 0))`;
    const held = await seeded(sql);
    const same = held && held.users === wanted.users && held.days === wanted.days &&
      held.seed === wanted.seed && (held.planted === planted) === wanted.faults;
    if (held && same) return held;
    if (held) await remove(sql, held, wanted, options.reset ?? false);
    await refuseForeign(sql);
    const events = await write(sql, wanted);
    const { users, days, seed, end, faults } = wanted;
    await makePopulationTable(sql);
    await sql`
      insert into aurora_life.demo_population
      values (${users}, ${days}, ${seed}, ${end}, ${faults}, ${events})`;
    const seconds = (performance.now() - started) / 1000;
    const faultsThere = faults ? planted : none;
    return { users, days, seed, end, events, planted: faultsThere, written: true, seconds };
  });
}

async function remove(
  sql: Transaction,
  held: Seeded,
  wanted: Population,
  reset: boolean,
): Promise<void> {
  if (!reset) {
    const name = (p: { users: number; days: number; seed: number }) =>
      `${p.users} users × ${p.days} days of seed ${p.seed}`;
    throw new PopulationError(
      `Cannot seed ${name(wanted)}: the database holds ${name(held)}; --reset replaces it`,
    );
  }
  await sql`
    truncate aurora_life.users, aurora_life.life_events, aurora_life.friendships,
      aurora_life.integrations, aurora_life.integration_syncs, aurora_life.user_gamification,
      aurora_life.achievements, aurora_life.user_achievements, aurora_life.demo_population`;
}

async function refuseForeign(sql: Transaction): Promise<void> {
  const [found] = await sql<{ foreign: boolean }[]>`
    select exists (select from aurora_life.users)
      or exists (select from aurora_life.life_events) as "foreign"`;
  if (!found?.foreign) return;
  throw new PopulationError(
    "Cannot seed: aurora_life holds rows that are no demo population, an empty database is needed",
  );
}

async function write(sql: Transaction, o: Population): Promise<number> {
  const day = 86_400_000;
  const from = new Date(o.end.getTime() - (o.days + 2) * day);
  const to = new Date(o.end.getTime() + 3 * day);
  await sql`select aurora_life.ensure_months(${from}, ${to})`;
  const simulation = simulate(o);
  const events = await withoutIndexes(
    sql,
    copy.lifeEvents.table,
    () => copy.copyRows(sql, copy.lifeEvents, simulation.events()),
  );
  const s = simulation.society();
  await copy.copyRows(sql, copy.users, [s.users]);
  await copy.copyRows(sql, copy.friendships, [s.friendships]);
  await copy.copyRows(sql, copy.integrations, [s.integrations]);
  await withoutIndexes(sql, copy.syncs.table, () => copy.copyRows(sql, copy.syncs, [s.syncs]));
  await copy.copyRows(sql, copy.achievements, [s.achievements]);
  await copy.copyRows(sql, copy.unlocked, [s.unlocked]);
  await copy.copyRows(sql, copy.gamification, [s.gamification]);
  // The first pipelines run before autovacuum has looked, and would plan for empty tables. A
  // quarter of the usual sample is enough for that, and saves a second.
  await sql`select set_config('default_statistics_target', '25', true)`;
  await sql`
    analyze aurora_life.users, aurora_life.life_events, aurora_life.friendships,
      aurora_life.integrations, aurora_life.integration_syncs, aurora_life.user_achievements`;
  return events;
}
