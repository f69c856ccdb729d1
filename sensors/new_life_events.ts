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

/** How far back arrivals are looked for: what is recorded later than that after its own time waits for the schedule. */
const BACK_MS = 48 * 3_600_000;

/**
 * Looks for events of the newest window that has ended: those that the application wrote since the last look although
 * they were recorded before its end, and all of them when a new window has ended. What is recorded after the end belongs
 * to the next window, since features are as of the end. Cursor: the window and how many events were recorded in the 48
 * hours before its end, `2025-01-27T06 1234`; empty at first, when only the place is taken.
 */
export const newLifeEvents: Sensor = sensor({
  name: "new_life_events",
  every: "30s",
  cursor: "",
  resources: { database },
  async *evaluate({ cursor, resources, now }) {
    const newest = sixHourly.newest(now);
    if (newest === undefined) return cursor;
    const end = sixHourly.span(newest)![1];
    const [seen] = await resources.database<{ events: number }[]>`
      select count(*)::int as events from aurora_life.life_events
      where created_at >= ${new Date(end.getTime() - BACK_MS)} and created_at < ${end}`;
    const { events } = seen!;
    const place = `${newest} ${events}`;
    if (cursor === "" || cursor === place) return place;
    const [window, before] = cursor.split(" ");
    const reason = window === newest
      ? `${
        Math.abs(events - Number(before))
      } life events arrived or went for the window that ended at ${end.toISOString()}`
      : `the window that ended at ${end.toISOString()} has its events`;
    const asked = { partition: newest, key: place, reason };
    yield request(lifeEvents, asked);
    for (const view of views) yield request(view, asked);
    return place;
  },
});
