/**
 * Quality faults that the demo population has on purpose.
 *
 * @module
 */
import { levelOf } from "../xp_curve.ts";
import { type Achievement, type Gamification, outOfReach, type Unlocked } from "./achievements.ts";
import type { LifeEvent } from "./life.ts";
import type { Population } from "./options.ts";
import type { Integration, Sync, User } from "./people.ts";
import { type Random, random } from "./random.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * How many offending rows each rule of `assets/quality/` has to find as of the population's end.
 * Every fault is made so that it offends against one rule only.
 */
export const planted = {
  event_duplicate: 25,
  event_future: 12,
  event_duration: 30,
  event_level: 20,
  event_required: 18,
  user_email: 3,
  user_email_duplicate: 3,
  user_tier: 2,
  user_active_state: 4,
  user_unseen: 4,
  integration_stale: 2,
  integration_provider: 2,
  sync_success: 2,
  sync_success_critical: 2,
  sync_completeness: 2,
  sync_completeness_error: 2,
  gamification_xp: 3,
  gamification_level: 4,
  achievement_unearned: 6,
  gamification_orphan: 5,
} as const;

/** Name of a rule. */
export type RuleName = keyof typeof planted;

const streams = { events: 2_000_001, users: 2_000_002, game: 2_000_003 };

/** What makes event number `i` of a fault wrong; the rest of it is right. */
type Spoil = (e: LifeEvent, i: number, end: number) => void;

function lasting(e: LifeEvent, minutes: number): void {
  e.start = e.end! - minutes * MINUTE;
  e.minutes = minutes;
}

const spoils: { readonly [rule: string]: Spoil } = {
  event_future(e, i, end) {
    // The 500th millisecond belongs to nobody else; every second one has already begun.
    e.end = end + (1 + i) * HOUR + 500;
    lasting(e, i % 2 === 0 ? 30 : (12 + i) * 60 + i);
  },
  event_duration(e, i) {
    if (i % 3 === 0) lasting(e, i % 2 === 0 ? 0 : -30);
    else if (i % 3 === 1) lasting(e, i % 2 === 0 ? 24 * 60 : 30 * 60);
    else e.minutes = e.minutes! + 5 + i;
    if (i % 3 === 1 && i % 2 === 1) [e.type, e.category, e.title] = ["sleep", "rest", "Sleep"];
  },
  event_level(e, i) {
    const wrong = [0, 11, -3, 42][i % 4]!;
    if (i % 3 === 0) e.energy = wrong;
    else if (i % 3 === 1) e.mood = wrong;
    else e.quality = wrong;
  },
  event_required(e, i) {
    const fields = ["userId", "type", "category", "start", "end", "minutes"] as const;
    e[fields[i % fields.length]!] = null;
  },
};

/**
 * An event as it should be, within the last days of the population, at an instant no simulated
 * event has.
 */
function sound(r: Random, end: number, user: User, serial: number): LifeEvent {
  const createdAt = Math.floor(end - r.between(1, 48) * HOUR);
  // Simulated events begin at whole seconds, and every serial number has a millisecond of its own.
  const at = Math.floor(createdAt / 1000) * 1000 - 31 * MINUTE + 1 + serial;
  return {
    id: r.uuid(createdAt),
    userId: user.id,
    type: "leisure",
    category: "leisure",
    title: "Reading",
    start: at - 30 * MINUTE,
    end: at,
    minutes: 30,
    energy: null,
    mood: null,
    quality: null,
    source: "app",
    metadata: "{}",
    createdAt,
  };
}

/** Spoilt events. Originals of the duplicates come with them. */
export function faultyEvents(o: Population, users: readonly User[]): LifeEvent[] {
  if (!o.faults) return [];
  const r = random(o.seed, streams.events);
  const end = o.end.getTime();
  const present = users.filter((u) => u.isActive && u.lastActiveAt > end - 2 * DAY);
  const events: LifeEvent[] = [];
  const next = () => sound(r, end, r.pick(present), events.length);
  for (let i = 0; i < planted.event_duplicate; i++) {
    const original = next();
    const again = { ...original, id: r.uuid(original.createdAt), source: "google_fit" };
    events.push(original, { ...again, createdAt: original.createdAt + 1000 });
  }
  for (const [rule, spoil] of Object.entries(spoils)) {
    for (let i = 0; i < planted[rule as RuleName]; i++) {
      const event = next();
      spoil(event, i, end);
      events.push(event);
    }
  }
  return events;
}

/** Hands out `items` front to back, each once. */
function taker<T>(items: T[], what: string): (n: number) => T[] {
  return (n) => {
    if (items.length >= n) return items.splice(0, n);
    throw new RangeError(
      `Cannot plant faults: only ${items.length} ${what} are left for ${n}, more users are needed`,
    );
  };
}

/** Spoils accounts in place, each at most once. */
export function spoilUsers(o: Population, users: readonly User[]): void {
  if (!o.faults) return;
  const end = o.end.getTime();
  const free = users.filter((u) => u.isActive && u.tier === "free" && u.createdAt < end - 10 * DAY);
  const take = taker(free, "active free users");
  for (const u of take(planted.user_email)) u.email = u.email.replace("@", "(at)");
  const twins = take(planted.user_email_duplicate);
  take(twins.length).forEach((u, i) => u.email = twins[i]!.email.toUpperCase());
  for (const u of take(planted.user_tier)) u.tier = "gold";
  take(planted.user_active_state).forEach((u, i) => {
    if (i % 2 === 0) u.deactivatedAt = end - 3 * DAY;
    else u.isActive = false;
  });
}

/**
 * Spoils syncs in place: the integrations that are `active` and sync in the last week take turns.
 */
export function spoilSyncs(
  o: Population,
  integrations: readonly Integration[],
  syncs: Map<string, Sync[]>,
): void {
  if (!o.faults) return;
  const end = o.end.getTime();
  const week = (i: Integration) => syncs.get(i.id)!.filter((s) => s.finishedAt >= end - 7 * DAY);
  const good = integrations.filter((i) => i.status === "active" && week(i).length > 26);
  const take = taker(good, "integrations that sync");
  for (const i of take(planted.integration_provider)) i.provider = "palm_pilot";
  for (const i of take(planted.integration_stale)) {
    // Exactly the week's first five days of syncs remain, all of them good.
    syncs.set(i.id, syncs.get(i.id)!.filter((s) => s.finishedAt < end - 50 * HOUR));
    for (const s of week(i)) [s.status, s.received] = ["success", s.expected];
    i.lastSyncedAt = syncs.get(i.id)!.at(-1)!.finishedAt;
  }
  const failing = (i: Integration, failures: number) =>
    week(i).forEach((s, k) => {
      s.status = k >= 2 && k < 2 + failures ? "failed" : "success";
      s.received = s.status === "failed" ? 0 : s.expected;
      if (s.status === "success") i.lastSyncedAt = s.finishedAt;
    });
  for (const i of take(planted.sync_success)) failing(i, 3);
  for (const i of take(planted.sync_success_critical)) failing(i, 12);
  const losing = (i: Integration, share: number) => {
    failing(i, 0);
    for (const s of week(i)) s.received = Math.floor(s.expected * (1 - share));
  };
  for (const i of take(planted.sync_completeness)) losing(i, 0.04);
  for (const i of take(planted.sync_completeness_error)) losing(i, 0.4);
}

/** The rows of the game. */
export interface Game {
  readonly achievements: readonly Achievement[];
  readonly unlocked: Unlocked[];
  readonly gamification: Gamification[];
}

/** Spoils the game in place. */
export function spoilGame(o: Population, users: readonly User[], game: Game): void {
  if (!o.faults) return;
  const r = random(o.seed, streams.game);
  const end = o.end.getTime();
  const at = end - 6 * HOUR;
  const known = new Map(users.map((u) => [u.id, u]));
  const rows = game.gamification.filter((g) => levelOf(g.totalXp) >= 3).slice(5);
  const take = taker(rows, "players");
  const impossible = game.achievements.find((a) => a.requiredLevel === outOfReach)!;
  const first = game.achievements[0]!;
  for (const g of take(planted.gamification_xp)) {
    [g.totalXp, g.level] = [-50, 1];
    const kept = game.unlocked.filter((u) => u.userId !== g.userId);
    game.unlocked.splice(0, Infinity, ...kept);
  }
  for (const g of take(planted.gamification_level)) g.level += 1;
  take(planted.achievement_unearned).forEach((g, i) => {
    const early = known.get(g.userId)!.createdAt - DAY;
    const ids = i % 2 === 0
      ? { achievementId: impossible.id, unlockedAt: at }
      : { achievementId: first.id, unlockedAt: early };
    game.unlocked.push({ userId: g.userId, ...ids });
  });
  const somebody = game.gamification[0]!.userId;
  for (let i = 0; i < planted.gamification_orphan; i++) {
    const nobody = r.uuid(at);
    if (i < 2) game.gamification.push({ userId: nobody, totalXp: 120, level: 2, updatedAt: at });
    else if (i < 4) game.unlocked.push({ userId: nobody, achievementId: first.id, unlockedAt: at });
    else game.unlocked.push({ userId: somebody, achievementId: nobody, unlockedAt: at });
  }
}
