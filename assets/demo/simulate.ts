/**
 * The demo population as rows.
 *
 * @module
 */
import { levelOf } from "../xp_curve.ts";
import { type Achievement, drawAchievements, type Gamification, reached } from "./achievements.ts";
import type { Unlocked } from "./achievements.ts";
import { faultyEvents, type Game, spoilGame, spoilSyncs, spoilUsers } from "./faults.ts";
import { type LifeEvent, liveDay } from "./life.ts";
import type { Population } from "./options.ts";
import {
  drawFriendships,
  drawIntegrations,
  drawPersons,
  drawSyncs,
  drawUsers,
  type Friendship,
  type Integration,
  type Sync,
  type User,
} from "./people.ts";
import type { Person } from "./person.ts";
import { random } from "./random.ts";

/** Everything but the events. Complete only after the events have been drawn. */
export interface Society extends Game {
  readonly users: readonly User[];
  readonly friendships: readonly Friendship[];
  readonly integrations: readonly Integration[];
  readonly syncs: readonly Sync[];
}

/** A population that is being simulated. */
export interface Simulation {
  /**
   * The events, a local day of everybody at a time, so that they come nearly in the order of time.
   * Read it once.
   */
  events(): Generator<readonly LifeEvent[]>;
  /** The other tables. @throws {Error} If {@linkcode events} has not been read to its end. */
  society(): Society;
}

const streams = { achievements: 3_000_001, syncs: 3_000_002 };

/**
 * Simulates a population. Equal options give equal rows, whatever machine and time zone it runs in.
 */
export function simulate(o: Population): Simulation {
  const users = drawUsers(o);
  const people = drawPersons(o, users);
  const friendships = drawFriendships(o, users, people);
  const oldest = users.reduce((least, u) => Math.min(least, u.createdAt), Infinity);
  const achievements = drawAchievements(random(o.seed, streams.achievements), oldest);
  const unlocked: Unlocked[] = [];
  const gamification: Gamification[] = [];
  let finished = false;

  function* events(): Generator<readonly LifeEvent[]> {
    // The last local day reaches past the end in the west; one more covers the east.
    for (let day = 0; day <= o.days + 1; day++) {
      const events = people.flatMap((p) => oneDay(p, day, achievements, unlocked));
      if (events.length > 0) yield events;
    }
    yield faultyEvents(o, users);
    for (const p of people) {
      const updatedAt = p.until - 1;
      gamification.push({ userId: p.id, totalXp: p.xp, level: levelOf(p.xp), updatedAt });
    }
    finished = true;
  }
  return {
    events,
    society() {
      if (!finished) throw new Error("Cannot give the society: the events have not been drawn");
      spoilUsers(o, users);
      const integrations = drawIntegrations(o, users);
      const syncs = allSyncs(o, users, integrations);
      const game = { achievements, unlocked, gamification };
      spoilGame(o, users, game);
      return { users, friendships, integrations, syncs, ...game };
    },
  };
}

function oneDay(
  p: Person,
  day: number,
  achievements: readonly Achievement[],
  unlocked: Unlocked[],
): LifeEvent[] {
  const before = p.xp;
  const events = liveDay(p, day);
  if (p.xp === before) return events;
  const unlockedAt = events.reduce((last, e) => Math.max(last, e.createdAt), 0);
  for (const a of reached(achievements, before, p.xp)) {
    unlocked.push({ userId: p.id, achievementId: a.id, unlockedAt });
  }
  return events;
}

function allSyncs(
  o: Population,
  users: readonly User[],
  integrations: readonly Integration[],
): Sync[] {
  const r = random(o.seed, streams.syncs);
  const left = new Map(users.map((u) => [u.id, u.isActive ? null : u.deactivatedAt]));
  const byIntegration = new Map(integrations.map((i) => {
    const until = left.get(i.userId) ?? o.end.getTime();
    return [i.id, drawSyncs(r, o, i, until)] as const;
  }));
  spoilSyncs(o, integrations, byIntegration);
  return [...byIntegration.values()].flat();
}
