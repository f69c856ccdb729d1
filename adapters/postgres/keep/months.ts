import type { Sql } from "../connect.ts";
import { withShortLock } from "../short_lock.ts";

/** Tables that are cut by month. */
export const MONTHLY = ["fact", "log"] as const;

/** How one waits for the tables that everybody writes to. */
export const GENTLY = { lockMs: 50, patienceMs: 60_000 } as const;

/** Makes the partitions of this month and of the next, if they are not there; nobody waits longer than 50 ms for it. */
export async function ensureMonths(sql: Sql): Promise<void> {
  const [found] = await sql<{ missing: boolean }[]>`
    select bool_or(to_regclass(format('engine.%s_%s', t, to_char(m at time zone 'UTC', 'YYYY_MM'))) is null) as missing
    from unnest(${[...MONTHLY]}::text[]) t, generate_series(date_trunc('month', now(), 'UTC'),
      date_trunc('month', now(), 'UTC') + interval '1 month', interval '1 month') m`;
  if (found?.missing !== true) return;
  const what = "make the partitions of the month";
  await withShortLock(sql, { ...GENTLY, what }, async (tx) => {
    await tx`select engine.ensure_months(now())`;
  });
}
