/**
 * New life events ask for new features.
 *
 * @module
 */
import { request, type Sensor, sensor } from "engine";
import { activity } from "../assets/features/activity.ts";
import { exercise } from "../assets/features/exercise.ts";
import { sleep } from "../assets/features/sleep.ts";
import { social } from "../assets/features/social.ts";
import { sixHourly } from "../assets/partitions.ts";
import { database } from "../assets/resources.ts";
import { lifeEvents } from "../assets/source.ts";

const views = [activity, sleep, exercise, social];

/**
 * Looks for events that were recorded for a window that has ended already: late arrivals, that the schedule would not see
 * again. Cursor: the newest `created_at` that was looked at, ISO; empty at first, when only the place is taken.
 */
export const newLifeEvents: Sensor = sensor({
  name: "new_life_events",
  every: "30s",
  cursor: "",
  resources: { database },
  async *evaluate({ cursor, resources, now }) {
    const newest = sixHourly.newest(now);
    const [seen] = await resources.database<{ until: string | null }[]>`
      select to_char(max(created_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as until
      from aurora_life.life_events where created_at <= ${now}`;
    const until = seen?.until ?? cursor;
    if (cursor === "" || newest === undefined || until === cursor) return until;
    const end = sixHourly.span(newest)![1];
    const [found] = await resources.database<{ events: number }[]>`
      select count(*)::int as events from aurora_life.life_events
      where created_at > ${cursor}::text::timestamptz and created_at <= ${until}::text::timestamptz
        and ended_at < ${end}`;
    const { events } = found!;
    if (events === 0) return until;
    const reason = `${events} new life events ended before ${end.toISOString()}`;
    const asked = { partition: newest, key: until, reason };
    yield request(lifeEvents, asked);
    for (const view of views) yield request(view, asked);
    return until;
  },
});
