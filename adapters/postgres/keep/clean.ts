import type { Sql } from "../connect.ts";
import type { Gone } from "./gone.ts";
import { ensureMonths } from "./months.ts";
import { dropMonths } from "./months_over.ts";
import {
  alertsOver,
  backfillsOver,
  eventsOver,
  type Over,
  restOver,
  runsOver,
  silencesOver,
  ticksOver,
  workersOver,
} from "./over.ts";
import type { KeepRules } from "./rules.ts";
import { versionsOver } from "./versions.ts";

/** How one cleans. */
export interface CleanOptions {
  /** How long each kind is kept. */
  readonly rules: KeepRules;
  /** Cursors of those that read facts, `sensor:NAME`: no fact goes that one of them has not passed. */
  readonly readers: readonly string[];
  /** Whether it is only told what would go. */
  readonly dryRun: boolean;
  /** Ends it after the batch that is under way. */
  readonly signal?: AbortSignal;
  /** Is told who keeps a month from being dropped. */
  onWait?(sentence: string): void;
}

/** Milliseconds between two batches: whoever works has the database in between. */
const BREATH_MS = 20;

/**
 * Removes what is over, kind after kind: months as a whole, the rest in batches that hold their locks for a moment. What
 * is referenced stays: visible versions and what they were made from, facts that a reader has not passed, runs of
 * backfills that go on, events that were not sent. Gives what went, or would go.
 */
export async function clean(sql: Sql, o: CleanOptions): Promise<readonly Gone[]> {
  await ensureMonths(sql);
  const [{ now }] = await sql<[{ now: Date }]>`select clock_timestamp() as now`;
  const gone: Gone[] = [];
  for (
    const { table, keepMs } of [
      { table: "log", keepMs: o.rules.logs },
      { table: "fact", keepMs: o.rules.facts },
    ] as const
  ) {
    if (keepMs === Infinity || o.signal?.aborted) continue;
    const before = new Date(now.getTime() - keepMs);
    gone.push(await dropMonths(sql, { ...o, table, before }));
  }
  for (const over of kindsOver(sql, o.rules, now)) {
    if (!o.signal?.aborted) gone.push(await remove(over, o));
  }
  return together(gone);
}

function kindsOver(sql: Sql, rules: KeepRules, now: Date): readonly Over[] {
  const kinds: readonly (readonly [keepMs: number, over: (before: Date) => Over])[] = [
    [rules.logs, (before) => restOver(sql, "log", before)],
    [rules.ticks, (before) => ticksOver(sql, before)],
    [rules.runs, (before) => runsOver(sql, before)],
    [rules.runs, (before) => backfillsOver(sql, before)],
    [rules.runs, (before) => workersOver(sql, before)],
    [rules.versions, (before) => versionsOver(sql, before)],
    [rules.events, (before) => eventsOver(sql, before)],
    [rules.alerts, (before) => alertsOver(sql, before)],
    [rules.alerts, (before) => silencesOver(sql, before)],
  ];
  return kinds.filter(([keepMs]) => keepMs !== Infinity)
    .map(([keepMs, over]) => over(new Date(now.getTime() - keepMs)));
}

async function remove(over: Over, o: CleanOptions): Promise<Gone> {
  const [counted] = await over.count();
  const gone = { kind: over.kind, ...counted!, kept: null };
  if (o.dryRun || gone.rows === 0) return gone;
  let rows = 0;
  while (!o.signal?.aborted) {
    const some = await over.remove(over.batch);
    rows += some;
    if (some < over.batch) break;
    await new Promise((resolve) => setTimeout(resolve, BREATH_MS));
  }
  return { ...gone, rows };
}

/** One of each kind. */
function together(gone: readonly Gone[]): readonly Gone[] {
  return [...Map.groupBy(gone, (g) => g.kind).values()].map((same) =>
    same.reduce((a, b) => ({
      ...a,
      rows: a.rows + b.rows,
      bytes: a.bytes + b.bytes,
      oldest: a.oldest ?? b.oldest,
      newest: b.newest ?? a.newest,
    }))
  );
}

/** The cursor by which servers agree who cleans. */
const CURSOR = "housekeeping:clean";

/** Cleans unless somebody began to less than `everyMs` ago; undefined then. Of several servers one does it. */
export async function cleanOnce(
  sql: Sql,
  o: CleanOptions & { readonly everyMs: number },
): Promise<readonly Gone[] | undefined> {
  const [mine] = await sql`
    insert into engine.cursor (name, value, revision) values (${CURSOR}, 'null', 1)
    on conflict (name) do update set revision = engine.cursor.revision + 1, at = clock_timestamp()
    where engine.cursor.at < clock_timestamp() - ${o.everyMs}::float8 * interval '1 millisecond'
    returning 1`;
  if (mine === undefined) return undefined;
  const gone = await clean(sql, o);
  const result = gone.filter((g) => g.rows > 0).map((g) => `${g.rows} ${g.kind}`).join(", ");
  await sql`update engine.cursor set result = ${
    result || "nothing was over"
  } where name = ${CURSOR}`;
  return gone;
}
