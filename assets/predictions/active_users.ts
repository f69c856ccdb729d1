/**
 * The users that predictions are made for.
 *
 * @module
 */
import { asset, type TableSlice } from "engine";
import type { Sql } from "../sql.ts";
import { dailyTraits } from "../daily_traits.ts";
import { daily } from "../partitions.ts";
import { database } from "../resources.ts";
import { users } from "../source.ts";

/** Tiers that predictions are part of. `type`: it is part of the asset's configuration. */
const config = { tiers: ["premium", "pro"] } as const;

/**
 * Writes the users active at `asOf` under a version, replacing what it wrote before; gives their
 * number.
 *
 * A user counts who was created before `asOf`, pays for one of `tiers`, and is active or was
 * deactivated only later. The application keeps no history of tiers: the present one is taken.
 */
export async function saveActiveUsers(
  sql: Sql,
  o: {
    readonly version: bigint;
    readonly partition: string;
    readonly asOf: Date;
    readonly tiers: readonly string[];
  },
): Promise<number> {
  const version = o.version.toString();
  return await sql.begin(async (tx) => {
    await tx`delete from predictions.active_user_rows where version = ${version}`;
    const { count } = await tx`
      insert into predictions.active_user_rows
        (version, partition, user_id, subscription_tier, timezone)
      select ${version}, ${o.partition}, id, subscription_tier, coalesce(timezone, 'UTC')
      from aurora_life.users
      where subscription_tier = any(${[...o.tiers]})
        and created_at < ${o.asOf}
        and (is_active or deactivated_at >= ${o.asOf})`;
    return count;
  }) as number;
}

/** The step of the same name of the prediction pipeline. */
export const activeUsers = asset({
  ...dailyTraits,
  name: "predictions/active_users",
  description: "Premium and pro users who are active at the end of the day",
  tags: ["predictions"],
  kinds: ["postgres"],
  deps: { users },
  partitions: daily,
  resources: { database },
  config,
  io: { tables: ["predictions.active_user"] },
  async materialize(_, { partition, version, resources, report }): Promise<TableSlice> {
    const asOf = daily.span(partition)![1];
    const rows = await saveActiveUsers(resources.database, {
      version,
      partition,
      asOf,
      tiers: config.tiers,
    });
    report({ rows });
    return { table: "predictions.active_user", version: version.toString(), rows };
  },
});
