/**
 * What is counted of the facts: each fact once, whichever server does it, and kept when the facts are gone.
 *
 * @module
 */
import type { Counting, Tally } from "engine";
import type { Sql } from "../connect.ts";

/** Facts that one statement counts. */
const BATCH = 20_000;
/** Statements after which the rest is left to the next look. */
const MOST_BATCHES = 5;

/** Counts what was not counted yet; false if there is still more. */
export async function countFacts(sql: Sql, { bounds, sums }: Counting): Promise<boolean> {
  for (let i = 0; i < MOST_BATCHES; i++) {
    const [row] = await sql<{ n: number }[]>`
      select engine.count_facts(${bounds as number[]}::float8[], ${
      JSON.stringify(sums)
    }::text::jsonb, ${BATCH}) as n`;
    if (row!.n < BATCH) return true;
  }
  return false;
}

/**
 * All counts, as somebody reads them who reads them again and again: they are fetched anew only when some server has counted
 * more since.
 */
export function knownTallies(sql: Sql): () => Promise<readonly Tally[]> {
  let known: { readonly place: string; readonly tallies: readonly Tally[] } | undefined;
  return async () => {
    const [row] = await sql<{ place: string }[]>`select seq::text as place from engine.tally_place`;
    // The place first: counts that are newer than it are fetched again, none is missed.
    if (known?.place !== row!.place) known = { place: row!.place, tallies: await tallies(sql) };
    return known.tallies;
  };
}

const tallies = (sql: Sql) =>
  sql<Tally[]>`
    select kind, name, part, count::float8 as count, total from engine.tally order by kind, name, part`;

/** Facts that were not counted yet. */
export async function uncounted(sql: Sql): Promise<number> {
  const [row] = await sql<{ n: number }[]>`
    select count(*)::float8 as n from engine.fact where seq > (select seq from engine.tally_place)`;
  return row!.n;
}
