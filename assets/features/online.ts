/**
 * The newest features where they are read one user at a time.
 *
 * @module
 */
import { asset, type FeatureView, freshness, type OnlineRow, type TableSlice, when } from "engine";
import { sixHourly } from "../partitions.ts";
import { database, online as onlineStore } from "../resources.ts";
import type { Sql } from "../sql.ts";
import { activity } from "./activity.ts";
import { exercise } from "./exercise.ts";
import { sleep } from "./sleep.ts";
import { social } from "./social.ts";
import { featureProject, userActivity, userExercise, userSleep, userSocial } from "./views.ts";

/** What was written where. `type`, not `interface`: it is stored as JSON. */
export type OnlineFeatures = {
  /** Name of the store. */
  readonly store: string;
  /** Users that have features. */
  readonly users: number;
  /** Rows of all views that were written. */
  readonly written: number;
  /** Rows that were not newer than what was there. */
  readonly skipped: number;
};

/** Rows in memory at once. */
const BATCH = 5_000;

/** The rows of one slice, a batch at a time, as the online store takes them. */
async function* rowsOf(
  sql: Sql,
  view: FeatureView,
  slice: TableSlice,
): AsyncGenerator<OnlineRow[]> {
  const names = view.fields.map((field) => field.name);
  const cursor = sql<{ user_id: string; as_of: Date; [feature: string]: unknown }[]>`
    select user_id, as_of, ${sql(names)} from ${sql(`${slice.table}_rows`)}
    where version = ${slice.version}::bigint`.cursor(BATCH);
  for await (const rows of cursor) {
    yield rows.map(({ user_id, as_of, ...values }) => ({
      entity: user_id,
      eventTime: as_of,
      // The columns of the table are those of the view, in types that the view's fields hold.
      values: values as OnlineRow["values"],
    }));
  }
}

/**
 * Whether no later snapshot has been published: then the same instant may be written again,
 * corrected; an earlier one must never replace what is newer.
 */
async function isNewest(sql: Sql, at: Date): Promise<boolean> {
  const [row] = await sql<{ newest: Date | null }[]>`
    select max(as_of) as newest from features.user_activity`;
  return !row?.newest || row.newest <= at;
}

/** The four views of each user in the online store. */
export const online = asset({
  name: "features/online",
  description:
    "The newest features of each user in the online store, in Feast's layout where it is Redis",
  owners: ["ml-team"],
  tags: ["features", "serving"],
  kinds: ["redis"],
  deps: { activity, sleep, exercise, social },
  partitions: sixHourly,
  when: when.eager,
  resources: { database, online: onlineStore },
  freshness: freshness({ within: "8h" }),
  retry: { attempts: 3, delay: "5s" },
  async materialize(slices, context): Promise<OnlineFeatures> {
    const { partition, resources, report, emit, signal } = context;
    const started = performance.now();
    const at = sixHourly.span(partition)![1];
    const overwrite = await isNewest(resources.database, at);
    const sum = { written: 0, skipped: 0 };
    const views = [
      [userActivity, slices.activity],
      [userSleep, slices.sleep],
      [userExercise, slices.exercise],
      [userSocial, slices.social],
    ] as const;
    for (const [view, slice] of views) {
      for await (const rows of rowsOf(resources.database, view, slice)) {
        signal.throwIfAborted();
        const done = await resources.online.write(featureProject, view, rows, { overwrite });
        sum.written += done.written;
        sum.skipped += done.skipped;
      }
    }
    const users = slices.activity.rows;
    report({ users, ...sum, seconds: Number(((performance.now() - started) / 1000).toFixed(3)) });
    emit({
      topic: "aurora.features.updated",
      key: "features/online",
      payload: {
        asset: "features/online",
        partition,
        as_of: at.toISOString(),
        users,
        views: views.map(([view, slice]) => ({ name: view.name, rows: slice.rows })),
      },
    });
    return { store: resources.online.name, users, ...sum };
  },
});
