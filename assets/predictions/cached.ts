/**
 * The newest predictions of every user in the cache.
 *
 * @module
 */
import { asset } from "engine";
import type { Sql } from "../sql.ts";
import { dailyTraits } from "../daily_traits.ts";
import { daily } from "../partitions.ts";
import { cache, database } from "../resources.ts";
import { activeUsers } from "./active_users.ts";
import { predictionsSaved } from "./saved.ts";
import { type Prediction, readPredictions } from "./table.ts";

/** Predictions reach 24 hours ahead and are made daily; one failed day must not empty the cache. */
export const config = { ttlHours: 48, lookBackDays: 30 } as const;

/** Key of a user's predictions; the cache puts `aurora:` before it. */
export const predictionsKey = (userId: string): string => `predictions:${userId}`;

/** Whether predictions of a later day are visible: then those are what belongs into the cache. */
async function hasLaterDay(sql: Sql, partition: string): Promise<boolean> {
  const [row] = await sql<{ later: boolean }[]>`
    select exists (
      select from predictions.active_user where partition > ${partition}
    ) as later`;
  return row?.later ?? false;
}

/** Users who were active on one of the days before, and are not in the version given. */
async function usersWhoLeft(
  sql: Sql,
  o: { readonly partition: string; readonly since: string; readonly version: string },
): Promise<readonly string[]> {
  const rows = await sql<{ user_id: string }[]>`
    select distinct user_id::text from predictions.active_user
    where partition < ${o.partition} and partition >= ${o.since}
    except
    select user_id::text from predictions.active_user_rows where version = ${o.version}`;
  return rows.map((row) => row.user_id);
}

/** What the cache holds for one user, as JSON. */
export function cachedSet(partition: string, predictions: readonly Prediction[]): Uint8Array {
  const of = (kind: Prediction["kind"]) =>
    predictions.filter((p) => p.kind === kind).map((p) => ({
      target_at: p.target_at.toISOString(),
      value: p.value,
      low: p.low,
      high: p.high,
      model_version: p.model_version,
    }));
  const [mood = null] = of("mood");
  const [sleep_quality = null] = of("sleep_quality");
  const set = { partition, energy: of("energy"), mood, sleep_quality };
  return new TextEncoder().encode(JSON.stringify(set));
}

/** The step of the same name of the prediction pipeline. */
export const predictionsCached = asset({
  ...dailyTraits,
  name: "predictions/cached",
  description: "The newest predictions of every active user, in the cache",
  tags: ["predictions"],
  kinds: ["redis"],
  deps: { saved: predictionsSaved, users: activeUsers },
  partitions: daily,
  resources: { database, cache },
  config,
  async materialize({ saved, users }, { partition, resources, report, log }) {
    const { database, cache } = resources;
    if (await hasLaterDay(database, partition)) {
      log("The cache holds predictions of a later day already: nothing to do");
      report({ users: 0, removed: 0 });
      return { users: 0, removed: 0 };
    }
    const byUser = Map.groupBy(await readPredictions(database, saved.version), (p) => p.user_id);
    const entries = [...byUser].map(([user, predictions]) => ({
      key: predictionsKey(user),
      value: cachedSet(partition, predictions),
    }));
    await cache.put(entries, { ttlMs: config.ttlHours * 3_600_000 });
    const start = daily.span(partition)![0].getTime();
    const since = new Date(start - config.lookBackDays * 86_400_000).toISOString().slice(0, 10);
    const left = await usersWhoLeft(database, { partition, since, version: users.version });
    await cache.delete(left.map(predictionsKey));
    report({ users: entries.length, removed: left.length });
    return { users: entries.length, removed: left.length };
  },
});
