import { jsonText } from "./json_text.ts";
import type { Ask, Finished, Outcome } from "engine";
import type { Sql } from "../connect.ts";
import { claimedOf, type ClaimedRow } from "./claim.ts";
import { endFailed, endRefused } from "./fail.ts";
import { admit } from "./submit.ts";
import { retried } from "./retried.ts";
import { tokenOf } from "./token.ts";

type Success = Extract<Outcome, { state: "success" }>;
type Other = Exclude<Outcome, { state: "success" }>;

/** Ends attempts: all successes in one statement, each other outcome in a transaction of its own. */
export async function finish(
  sql: Sql,
  outcomes: readonly Outcome[],
  ask: Ask,
): Promise<Finished> {
  const successes = outcomes.filter((o): o is Success => o.state === "success");
  const others = outcomes.filter((o): o is Other => o.state !== "success");
  const done = successes.length === 0
    ? { accepted: [], next: [] }
    : await retried((tries) =>
      publish(sql, successes, { ...ask, room: tries === 0 ? ask.room : 0 })
    );
  const accepted = [...done.accepted];
  for (const outcome of others) {
    if (await retried(() => endFailed(sql, outcome, ask.worker))) {
      accepted.push(tokenOf(outcome));
    }
  }
  const refused = successes.filter((o) => !accepted.includes(tokenOf(o)));
  for (const outcome of refused) await endRefused(sql, outcome, ask.worker);
  return { accepted, next: done.next };
}

interface Row extends ClaimedRow {
  readonly what: "done" | "next" | "ended" | "told";
  readonly job: string | null;
}

function rowOf(o: Success) {
  const { run, step, attempt, result: r } = o;
  return {
    run,
    step,
    attempt,
    code: r.code,
    config: r.config,
    data_version: r.dataVersion,
    inputs: r.inputs,
    metadata: r.metadata,
    value: r.value,
    checks: r.checks,
    events: r.events,
  };
}

/**
 * Publishes versions and releases what waited for them, in one statement and so in one transaction.
 *
 * The fence is the first update: an attempt that is not the worker's any more gives no row, and nothing follows from
 * it. A step that becomes ready goes to the same worker at once while it has room, which saves a claim: 40 chained
 * steps are 40 statements. With `ask.more` the room that is left is filled from the queue.
 */
async function publish(sql: Sql, done: readonly Success[], ask: Ask): Promise<Finished> {
  const rows = await sql<Row[]>`
    select f.*, case f.what when 'next' then
      (select inputs from engine.pin p where p.run = f.run::bigint and p.step = f.step) end as pins
    from engine.publish(${jsonText(done.map(rowOf))}::text::jsonb, ${ask.worker}::bigint,
      ${ask.queues as string[]}::text[], ${ask.room}, ${ask.more ?? false}) f`;
  await admitNext(sql, rows);
  const accepted = rows.filter((r) => r.what === "done").map(tokenOf);
  return { accepted, next: rows.filter((r) => r.what === "next").map(claimedOf) };
}

/** A run of a job has ended: the next one may begin. If the worker dies before, the tick of the server does it. */
async function admitNext(sql: Sql, rows: readonly Row[]): Promise<void> {
  for (const job of new Set(rows.filter((r) => r.what === "ended").map((r) => r.job))) {
    await sql.begin(async (tx) => {
      await admit(tx, job);
      await tx`select pg_notify('aurora', 'step'), pg_notify('aurora', 'fact')`;
    });
  }
}
