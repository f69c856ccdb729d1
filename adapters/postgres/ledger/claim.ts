import type { Ask, Claimed, Pin } from "engine";
import type { Sql } from "../connect.ts";
import { retried } from "./retried.ts";

/** A claimed step as the database gives it. */
export interface ClaimedRow {
  readonly run: string;
  readonly step: number;
  readonly asset: string;
  readonly partition: string;
  readonly attempt: number;
  readonly version: bigint;
  readonly failures: number;
  readonly reason: string;
  readonly startedAt: Date;
  readonly pins: readonly Pin[] | null;
}

/** Makes up to `ask.room` queued steps the worker's, in one statement. */
export async function claim(sql: Sql, ask: Ask): Promise<readonly Claimed[]> {
  if (ask.room <= 0) return [];
  return await retried(() => once(sql, ask));
}

/** The statement is a function of the database, for the settings that it is planned with. */
async function once(sql: Sql, ask: Ask): Promise<readonly Claimed[]> {
  const rows = await sql<ClaimedRow[]>`
    select c.*, (select inputs from engine.pin p where p.run = c.run::bigint and p.step = c.step) as pins
    from engine.claim(${ask.worker}::bigint, ${ask
    .queues as string[]}::text[], ${ask.room}, true) c`;
  return rows.map(claimedOf);
}

/** Without what the row has besides. */
export function claimedOf(row: ClaimedRow): Claimed {
  const { run, step, asset, partition, attempt, version, failures, reason, startedAt, pins } = row;
  const claimed = { run, step, asset, partition, attempt, version, failures, reason, startedAt };
  return pins === null ? claimed : { ...claimed, pins };
}
