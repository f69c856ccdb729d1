/**
 * Accounts, friendships and integrations of the demo population.
 *
 * @module
 */
import { providers, type Tier } from "../catalogue.ts";
import { planted } from "./faults.ts";
import type { Population } from "./options.ts";
import { drawTraits, newPerson, type Person, type Traits } from "./person.ts";
import { type Random, random } from "./random.ts";
import { type Zone, zone } from "./zone.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A row of `users`; instants are milliseconds. */
export interface User {
  readonly id: string;
  email: string;
  tier: string;
  isActive: boolean;
  deactivatedAt: number | null;
  lastActiveAt: number;
  readonly timezone: string;
  createdAt: number;
  updatedAt: number;
}

/** A row of `friendships`. */
export interface Friendship {
  readonly userId: string;
  readonly friendId: string;
  readonly status: "pending" | "accepted" | "blocked";
  readonly createdAt: number;
  readonly acceptedAt: number | null;
}

/** A row of `integrations`. */
export interface Integration {
  readonly id: string;
  readonly userId: string;
  provider: string;
  readonly status: "active" | "disconnected";
  lastSyncedAt: number | null;
  readonly createdAt: number;
}

/** A row of `integration_syncs`. */
export interface Sync {
  readonly id: string;
  readonly integrationId: string;
  readonly startedAt: number;
  readonly finishedAt: number;
  status: "success" | "failed";
  readonly expected: number;
  received: number;
}

const zones = [
  "Europe/Berlin",
  "Europe/London",
  "America/New_York",
  "America/Los_Angeles",
  "America/Sao_Paulo",
  "Asia/Kolkata",
  "Asia/Tokyo",
  "Australia/Sydney",
  "UTC",
] as const;

const firstNames = [
  "ada",
  "ben",
  "chloe",
  "dara",
  "emil",
  "fatima",
  "goran",
  "hana",
  "iris",
  "jun",
];
const lastNames = ["okafor", "silva", "novak", "meyer", "tanaka", "rossi", "khan", "lopez", "berg"];

/** Streams of random numbers, so that no part disturbs another. */
const streams = { users: 1_000_001, friends: 1_000_002, integrations: 1_000_003 };

function drawUser(r: Random, o: Population, index: number): User {
  const end = o.end.getTime();
  const start = end - o.days * DAY;
  const joinsLate = r.chance(0.15);
  const createdAt = joinsLate
    ? Math.floor(r.between(start, end - o.days * DAY * 0.3))
    : Math.floor(start - r.between(1, 400) * DAY);
  const tier: Tier = r.chance(0.5) ? "free" : r.chance(0.65) ? "premium" : "pro";
  const leaves = r.chance(0.06);
  const from = Math.max(start, createdAt);
  const left = Math.floor(r.between(from + (end - from) * 0.4, end - HOUR));
  const lastActiveAt = leaves ? left : Math.floor(end - r.between(0.1, 20) * HOUR);
  const name = `${r.pick(firstNames)}.${r.pick(lastNames)}`;
  return {
    id: r.uuid(createdAt),
    email: `${name}.${index}@example.org`,
    tier,
    isActive: !leaves,
    deactivatedAt: leaves ? left : null,
    lastActiveAt: Math.max(createdAt, lastActiveAt),
    timezone: r.pick(zones),
    createdAt,
    updatedAt: Math.max(createdAt, lastActiveAt),
  };
}

/**
 * People who pay but have not been seen for longer than the rule allows; they stopped writing
 * things down.
 */
function forget(users: readonly User[], o: Population): void {
  const end = o.end.getTime();
  const paying = users.filter((u) => u.isActive && u.tier !== "free");
  paying.slice(-planted.user_unseen).forEach((u, i) => {
    u.lastActiveAt = end - (95 + i) * DAY;
    u.createdAt = Math.min(u.createdAt, u.lastActiveAt - 30 * DAY);
    u.updatedAt = u.lastActiveAt;
  });
}

/** All accounts, without the faults that only change a value. */
export function drawUsers(o: Population): User[] {
  const r = random(o.seed, streams.users);
  const users = Array.from({ length: o.users }, (_, i) => drawUser(r, o, i));
  if (o.faults) forget(users, o);
  return users;
}

/** The people behind the accounts. */
export function drawPersons(o: Population, users: readonly User[]): Person[] {
  const end = o.end.getTime();
  const start = end - o.days * DAY;
  const known = new Map<string, Zone>(
    zones.map((name) => [name, zone(name, start - 5 * DAY, end + 5 * DAY)]),
  );
  return users.map((user, i) => {
    const r = random(o.seed, i);
    const traits: Traits = drawTraits(r);
    const from = Math.max(start, user.createdAt);
    const until = user.isActive && user.lastActiveAt > end - 90 * DAY ? end : user.lastActiveAt;
    const where = known.get(user.timezone)!;
    const midnight = Math.floor((start + where.offset(start)) / DAY) * DAY;
    return newPerson({ id: user.id, random: r, zone: where, traits, from, until, midnight });
  });
}

/** Friendships, each pair once; the accepted ones are made known to both people. */
export function drawFriendships(
  o: Population,
  users: readonly User[],
  people: readonly Person[],
): Friendship[] {
  const r = random(o.seed, streams.friends);
  const end = o.end.getTime();
  const seen = new Set<string>();
  const found: Friendship[] = [];
  for (let i = 0; i < users.length; i++) {
    const asks = Math.round(1 + 7 * people[i]!.traits.sociability);
    for (let k = 0; k < asks; k++) {
      const j = r.below(users.length);
      const pair = `${Math.min(i, j)}-${Math.max(i, j)}`;
      const since = Math.max(users[i]!.createdAt, users[j]!.createdAt);
      const createdAt = Math.floor(r.between(since, since + (end - since) * 0.95));
      const acceptedAt = Math.floor(r.between(createdAt, end));
      const luck = r.next();
      if (i === j || seen.has(pair)) continue;
      seen.add(pair);
      const status = luck < 0.85 ? "accepted" : luck < 0.95 ? "pending" : "blocked";
      const accepted = status === "accepted" ? acceptedAt : null;
      const ids = { userId: users[i]!.id, friendId: users[j]!.id };
      found.push({ ...ids, status, createdAt, acceptedAt: accepted });
      if (accepted === null) continue;
      people[i]!.friends.push({ id: ids.friendId, since: accepted });
      people[j]!.friends.push({ id: ids.userId, since: accepted });
    }
  }
  return found;
}

/** Integrations; every other person or so has one or two. */
export function drawIntegrations(o: Population, users: readonly User[]): Integration[] {
  const r = random(o.seed, streams.integrations);
  const end = o.end.getTime();
  return users.flatMap((user) => {
    const count = r.chance(0.45) ? (r.chance(0.25) ? 2 : 1) : 0;
    const first = r.below(providers.length);
    return Array.from({ length: count }, (_, k): Integration => {
      const until = user.isActive ? end : user.deactivatedAt!;
      const createdAt = Math.floor(r.between(user.createdAt, (user.createdAt + until) / 2));
      return {
        id: r.uuid(createdAt),
        userId: user.id,
        provider: providers[(first + k) % providers.length]!,
        status: user.isActive ? "active" : "disconnected",
        lastSyncedAt: null,
        createdAt,
      };
    });
  });
}

/**
 * Syncs of one integration, one every six hours. By construction at most one of 29 in a row fails
 * and one of ten loses one record, so that the thresholds of the rules are kept with certainty,
 * whatever the seed.
 */
export function drawSyncs(
  r: Random,
  o: Population,
  integration: Integration,
  until: number,
): Sync[] {
  const first = Math.max(o.end.getTime() - o.days * DAY, integration.createdAt);
  const syncs: Sync[] = [];
  const phase = r.below(29);
  for (let i = 0; first + i * 6 * HOUR + 60_000 < until; i++) {
    const startedAt = first + i * 6 * HOUR;
    const failed = (i + phase) % 29 === 17;
    const expected = 20 + r.below(40);
    const lost = (i + phase) % 10 === 3 ? 1 : 0;
    syncs.push({
      id: r.uuid(startedAt),
      integrationId: integration.id,
      startedAt,
      finishedAt: startedAt + 5_000 + r.below(50_000),
      status: failed ? "failed" : "success",
      expected,
      received: failed ? 0 : expected - lost,
    });
  }
  integration.lastSyncedAt = syncs.findLast((s) => s.status === "success")?.finishedAt ?? null;
  return syncs;
}
