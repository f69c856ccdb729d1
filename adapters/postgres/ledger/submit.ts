import { jsonText } from "./json_text.ts";
import { type PlannedStep, type Submission, type Submitted, tracing } from "engine";
import type { Queries, Sql } from "../connect.ts";

/** Remembers a run with its steps and edges, or finds the one with the same key. */
export async function submit(sql: Sql, submission: Submission): Promise<Submitted> {
  return await insertRun(sql, submission);
}

/** {@link submit}, also as part of a larger transaction. Columns as arrays: one trip for any number of steps. */
export async function insertRun(sql: Queries, s: Submission): Promise<Submitted> {
  const of = <T>(column: (step: PlannedStep) => T) => s.steps.map(column);
  const edges = s.steps.flatMap((x, dst) => x.needs.map((src) => [src, dst] as const));
  const parent = tracing()?.active();
  // In the same statement: a worker that claims a step of the run at once finds it.
  const [before, after] = parent === undefined ? [sql``, sql``] : [
    sql`with s as (`,
    sql`), t as (
      insert into engine.run_trace (run, parent) select run::bigint, ${parent} from s where created
      on conflict (run) do nothing)
    select run, steps, created from s`,
  ];
  const [submitted] = await sql<Submitted[]>`
    ${before}select * from engine.submit(${jsonText(askedOf(s))}::text::jsonb, ${
    of((x) => x.asset)
  }::text[],
      ${of((x) => x.partition)}::text[], ${of((x) => x.needs.length)}::int[],
      ${of((x) => x.reason)}::text[], ${of((x) => x.queue)}::text[],
      ${of((x) => x.priority)}::int[], ${of((x) => jsonText(x.pools))}::text[],
      ${of((x) => jsonText(x.retry))}::text[], ${edges.map((e) => e[0])}::int[],
      ${edges.map((e) => e[1])}::int[], ${pinsOf(s)}::text::jsonb) ${after}`;
  return submitted!;
}

function askedOf(s: Submission) {
  const { key, job, title, partition, trigger, by, reason, priority, timeoutMs, parent, code } = s;
  const maxActive = Number.isFinite(s.maxActiveRuns) ? s.maxActiveRuns : null;
  const asked = { key, job, title, partition, trigger, by, reason, priority, maxActive };
  return { ...asked, timeoutMs: timeoutMs ?? null, parent: parent ?? null, code: code ?? null };
}

/** What some steps have to read; nearly no run has any. */
function pinsOf(s: Submission): string | null {
  const pinned = s.steps.flatMap(({ pins }, step) => pins ? [{ step, inputs: pins }] : []);
  return pinned.length === 0 ? null : jsonText(pinned);
}

/**
 * Lets queued runs begin, oldest first, as far as their job allows; of all jobs if `job` is undefined, of runs without
 * a job only `run`.
 */
export async function admit(
  sql: Queries,
  job: string | null | undefined,
  run?: string,
): Promise<void> {
  await sql`select engine.admit(${job === undefined}, ${job ?? null}::text, ${
    run ?? null
  }::bigint)`;
}
