/**
 * The features that the online store has to have, read from PostgreSQL.
 *
 * @module
 */
import type { FeatureView, OnlineRow } from "engine";
import { featureViews } from "../features/views.ts";
import type { Sql } from "../sql.ts";
import type { Part, Rebuild } from "./rebuild.ts";

/** Rows in memory at once. */
const BATCH = 5_000;

/**
 * The newest rows of a view that are not older than its ttl, one for each user, a batch at a time: of the slices that
 * `features/online` has published, in the versions that it read.
 */
export async function* newestRowsOf(
  sql: Sql,
  view: FeatureView,
  now: Date,
): AsyncGenerator<OnlineRow[]> {
  const table = `features.${view.name}`;
  const names = view.fields.map((field) => field.name);
  const oldest = view.ttl === 0 ? new Date(0) : new Date(now.getTime() - view.ttl);
  const cursor = sql<{ user_id: string; as_of: Date; [feature: string]: unknown }[]>`
    select distinct on (user_id) user_id, as_of, ${sql(names)}
    from ${sql(`${table}_rows`)}
    where as_of >= ${oldest} and version in (
      select (i->>'version')::bigint
      from engine.visible v
      join engine.materialization m on m.version = v.version,
        jsonb_array_elements(m.inputs) i
      where v.asset = 'features/online')
    order by user_id, as_of desc`.cursor(BATCH);
  for await (const rows of cursor) {
    yield rows.map(({ user_id, as_of, ...values }) => ({
      entity: user_id,
      eventTime: as_of,
      // The columns of the table are those of the view, in types that the view's fields hold.
      values: values as OnlineRow["values"],
    }));
  }
}

/** Writes the newest features; what is newer in the store stays. */
export async function rebuildFeatures(o: Rebuild): Promise<readonly Part[]> {
  const parts: Part[] = [];
  for (const view of featureViews) {
    const part = { name: `features of ${view.name}`, found: 0, written: 0 };
    for await (const rows of newestRowsOf(o.sql, view, o.now)) {
      o.signal.throwIfAborted();
      part.found += rows.length;
      if (!o.isDry) {
        const { overwrite } = o;
        part.written += (await o.store.write(o.project, view, rows, { overwrite })).written;
      }
      o.onProgress(part);
    }
    parts.push(part);
  }
  return parts;
}
