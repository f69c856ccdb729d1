/**
 * An integration that has gone silent asks for a new quality report.
 *
 * @module
 */
import { request, type Sensor, sensor } from "engine";
import { daily, sixHourly } from "../assets/partitions.ts";
import { qualityConfig } from "../assets/quality/config.ts";
import { report } from "../assets/quality/report.ts";
import { database } from "../assets/resources.ts";
import { integrations } from "../assets/source.ts";

/**
 * Cursor: digest of the active integrations whose last sync is older than the threshold of the quality rule; empty at
 * first. A silent one that comes back changes it too, and is reported as well.
 */
export const staleIntegrations: Sensor = sensor({
  name: "stale_integrations",
  every: "5m",
  cursor: "",
  resources: { database },
  async *evaluate({ cursor, resources, now }) {
    const hours = qualityConfig.integrations.staleHours;
    const [seen] = await resources.database<{ silent: number; digest: string }[]>`
      select count(*)::int as silent, md5(coalesce(string_agg(id::text, ',' order by id), '')) as digest
      from aurora_life.integrations
      where status = 'active' and created_at < ${now}
        and coalesce(last_synced_at, created_at) < ${now}::timestamptz - make_interval(hours => ${hours})`;
    const { silent, digest } = seen!;
    const [source, day] = [sixHourly.newest(now), daily.newest(now)];
    if (cursor === "" || digest === cursor || source === undefined || day === undefined) {
      return digest;
    }
    const reason = `${silent} active integrations have not synced for ${hours} hours`;
    yield request(integrations, { partition: source, key: digest, reason });
    yield request(report, { partition: day, key: digest, reason });
    return digest;
  },
});
