import { jsonText } from "./json_text.ts";
import type { Ask, Finished, Outcome } from "engine";
import type { Sql } from "../connect.ts";
import { claimedOf, type ClaimedRow } from "./claim.ts";
import { endFailed, endRefused } from "./fail.ts";
import { rememberLate } from "./late.ts";
import { retried } from "./retried.ts";
import { admit } from "./submit.ts";
import { tokenOf } from "./token.ts";
import { isRefusal, unkept } from "./unkept.ts";

type Success = Extract<Outcome, { state: "success" }>;
type Other = Exclude<Outcome, { state: "success" }>;

/**
 * Ends attempts: all successes in one statement, each other outcome in a transaction of its own. An outcome that the
 * database refuses for what is in it is a failure of its step, and costs the others nothing.
 */
export async function finish(
  sql: Sql,
  outcomes: readonly Outcome[],
  ask: Ask,
): Promise<Finished> {
  const successes = outcomes.filter((o): o is Success => o.state === "success");
  const done = await publishAll(sql, successes, ask);
  const accepted = [...done.accepted];
  for (const outcome of outcomes) {
    if (outcome.state === "success") continue;
    if (await endKept(sql, outcome, ask.worker)) accepted.push(tokenOf(outcome));
  }
  const refused = outcomes.filter((o) => !accepted.includes(tokenOf(o)));
  for (const o of refused) if (o.state === "success") await endRefused(sql, o, ask.worker);
  await rememberLate(sql, refused, ask.worker);
  return { ...done, accepted };
}

/** Publishes together; if that is refused, each alone, to find whose result it is. */
async function publishAll(sql: Sql, successes: readonly Success[], ask: Ask): Promise<Finished> {
  if (successes.length === 0) return { accepted: [], next: [], drained: false };
  try {
    return await retried((tries) =>
      publish(sql, successes, tries === 0 ? ask : { ...ask, room: 0, more: false })
    );
  } catch (error) {
    if (!isRefusal(error)) throw error;
    if (successes.length === 1) return await endUnkept(sql, successes[0]!, error, ask.worker);
  }
  const accepted: string[] = [];
  // What becomes ready is queued: the worker claims it at its next turn.
  for (const one of successes) {
    accepted.push(...(await publishAll(sql, [one], { ...ask, room: 0, more: false })).accepted);
  }
  return { accepted, next: [], drained: false };
}

async function endUnkept(
  sql: Sql,
  o: Outcome,
  error: unknown,
  worker: string,
): Promise<Finished> {
  const isEnded = await retried(() => endFailed(sql, unkept(o, error), worker));
  return { accepted: isEnded ? [tokenOf(o)] : [], next: [], drained: false };
}

/** {@link endFailed}; what was withheld may be what is refused. */
async function endKept(sql: Sql, o: Other, worker: string): Promise<boolean> {
  try {
    return await retried(() => endFailed(sql, o, worker));
  } catch (error) {
    if (o.state !== "failed" || !o.withheld || !isRefusal(error)) throw error;
    return (await endUnkept(sql, o, error, worker)).accepted.length > 0;
  }
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
  const next = rows.filter((r) => r.what === "next").map(claimedOf);
  return { accepted, next, drained: ask.more === true && next.length < ask.room };
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
