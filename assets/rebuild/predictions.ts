/**
 * The predictions that programs find in the cache, read from PostgreSQL.
 *
 * @module
 */
import type { CacheEntry } from "engine";
import { cachedSet, config, predictionsKey } from "../predictions/cached.ts";
import type { Prediction } from "../predictions/table.ts";
import type { Sql } from "../sql.ts";
import type { Part, Rebuild } from "./rebuild.ts";

/** Rows in memory at once: those of a thousand users. */
const BATCH = 14_000;

/** What `predictions/cached` wrote last. */
export interface Published {
  readonly partition: string;
  readonly at: Date;
  /** Of `predictions/saved`. */
  readonly version: string;
}

/** The newest day of predictions that is in the cache, or was. */
export async function lastPublished(sql: Sql): Promise<Published | undefined> {
  const [row] = await sql<Published[]>`
    select m.partition, m.at, i->>'version' as version
    from engine.visible v
    join engine.materialization m on m.version = v.version,
      jsonb_array_elements(m.inputs) i
    where v.asset = 'predictions/cached' and i->>'asset' = 'predictions/saved'
    order by m.partition desc
    limit 1`;
  return row;
}

/** The predictions of a version as the cache has them, some users at a time. */
export async function* cachedEntries(
  sql: Sql,
  o: { readonly partition: string; readonly version: string },
): AsyncGenerator<CacheEntry[]> {
  const cursor = sql<Prediction[]>`
    select kind, user_id::text, target_at, value, low, high, model_version
    from predictions.prediction_rows
    where version = ${o.version}
    order by user_id, kind, target_at`.cursor(BATCH);
  const entry = (rows: readonly Prediction[]) => ({
    key: predictionsKey(rows[0]!.user_id),
    value: cachedSet(o.partition, rows),
  });
  // The user whose rows the next batch may go on with.
  let rest: Prediction[] = [];
  for await (const rows of cursor) {
    const users = [...Map.groupBy([...rest, ...rows], (row) => row.user_id).values()];
    rest = users.pop() ?? [];
    if (users.length > 0) yield users.map(entry);
  }
  if (rest.length > 0) yield [entry(rest)];
}

/** Writes the newest predictions for as long as they would have lived. */
export async function rebuildPredictions(o: Rebuild): Promise<readonly Part[]> {
  const part = { name: "predictions", found: 0, written: 0 };
  const last = await lastPublished(o.sql);
  const ttlMs = last ? last.at.getTime() + config.ttlHours * 3_600_000 - o.now.getTime() : 0;
  if (!last || ttlMs < 1) return [part];
  for await (const entries of cachedEntries(o.sql, last)) {
    o.signal.throwIfAborted();
    part.found += entries.length;
    if (!o.isDry) {
      await o.cache.put(entries, { ttlMs });
      part.written += entries.length;
    }
    o.onProgress(part);
  }
  return [part];
}
