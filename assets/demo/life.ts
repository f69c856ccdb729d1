/**
 * One day in the life of a simulated person: how the latent state moves, and which events it
 * leaves.
 *
 * @module
 */
import { eventTypes } from "../catalogue.ts";
import type { EventType } from "../catalogue.ts";
import type { Person } from "./person.ts";

const HOUR = 3_600_000;
const MINUTE = 60_000;
const DAY = 24 * HOUR;

/** A row of `aurora_life.life_events`; instants are milliseconds, null is missing. */
export interface LifeEvent {
  id: string;
  userId: string | null;
  type: string | null;
  category: string | null;
  title: string;
  start: number | null;
  end: number | null;
  minutes: number | null;
  energy: number | null;
  mood: number | null;
  quality: number | null;
  source: string;
  /** JSON text. */
  metadata: string;
  createdAt: number;
}

/** Points for an event, by type. */
export const xpOf: { readonly [T in EventType]: number } = {
  sleep: 10,
  work: 5,
  exercise: 30,
  social: 15,
  meal: 5,
  learning: 20,
  leisure: 5,
  meditation: 20,
};

const kindNumber = Object.fromEntries(Object.keys(eventTypes).map((type, i) => [type, i])) as {
  readonly [T in EventType]: number;
};

const kindsOfExercise = ["running", "cycling", "strength", "swimming", "yoga", "walking"] as const;
/**
 * Metabolic equivalents of the kinds of exercise (rounded from the Compendium of Physical
 * Activities).
 */
const met = { running: 9, cycling: 7, strength: 5, swimming: 7, yoga: 3, walking: 3.5 } as const;
const pastimes = ["Reading", "Series", "Gaming", "Cooking", "Music", "Gardening"] as const;
const subjects = ["Language course", "Online lecture", "Book chapter", "Practice"] as const;

/** What a day needs to know while it is lived. */
interface Day {
  readonly p: Person;
  /** Local midnight, as if local time were UTC. */
  readonly midnight: number;
  readonly silent: boolean;
  /** Local hours after midnight. */
  wake: number;
  readonly bed: number;
  slept: number;
  quality: number;
  exercisedAt: number | undefined;
  company: number;
  late: number;
  readonly types: Set<EventType>;
  /** Eight numbers a second, one for each type: no two events of a type begin at once. */
  readonly starts: Set<number>;
  readonly events: LifeEvent[];
}

interface Plan {
  readonly type: EventType;
  readonly title: string;
  /** Local hour of the start. */
  readonly at: number;
  readonly minutes: number;
  readonly metadata?: string;
  readonly quality?: number | null;
  readonly rated?: boolean;
  readonly source?: string;
}

const level = (x: number) => Math.min(10, Math.max(1, Math.round(x)));

/**
 * Energy at a local hour: a wave around the body clock's noon, moved by sleep, effort and the time
 * awake.
 */
function energyAt(d: Day, hour: number): number {
  const { traits, random, debt, workload } = d.p;
  const wave = traits.amplitude * Math.cos((hour - 13.5 - traits.chronotype) * Math.PI / 12);
  const fresh = d.exercisedAt !== undefined && hour > d.exercisedAt ? 0.6 : 0.4 * d.p.exercised;
  const sleep = 0.5 * (d.slept - traits.sleepNeed) / 60 + 0.25 * (d.quality - 6.5) - 0.4 * debt;
  const awake = 0.15 * Math.max(0, hour - d.wake - 12);
  return traits.base.energy + wave + fresh + sleep - awake - 0.3 * workload +
    random.normal(0, 0.6);
}

/** Writes an event down, unless the person is silent or it lies outside what is known of them. */
function record(d: Day, plan: Plan): void {
  const { p, starts } = d;
  const r = p.random;
  d.types.add(plan.type);
  const minutes = Math.max(5, Math.round(plan.minutes));
  let start = Math.floor(p.zone.toUtc(d.midnight + Math.round(plan.at * HOUR)) / 1000) * 1000;
  const kind = kindNumber[plan.type];
  while (starts.has(start / 125 + kind)) start += 1000;
  starts.add(start / 125 + kind);
  const end = start + minutes * MINUTE;
  const late = r.chance(0.02) ? r.between(1, 20) * HOUR : r.between(5, 600) * 1000;
  const createdAt = Math.round(end + late);
  const rated = plan.rated !== false && r.chance(0.55);
  const energy = rated ? level(energyAt(d, plan.at + minutes / 120)) : null;
  const mood = rated || r.chance(0.2) ? level(p.mood + r.normal(0, 0.6)) : null;
  if (d.silent || !r.chance(p.traits.diligence)) return;
  if (end < p.from || createdAt >= p.until) return;
  p.xp += xpOf[plan.type];
  d.events.push({
    id: r.uuid(createdAt),
    userId: p.id,
    type: plan.type,
    category: eventTypes[plan.type],
    title: plan.title,
    start,
    end,
    minutes,
    energy: plan.type === "sleep" ? null : energy,
    mood: plan.type === "sleep" ? null : mood,
    quality: plan.quality ?? null,
    source: plan.source ?? "app",
    metadata: plan.metadata ?? "{}",
    createdAt,
  });
}

/** The night that ends this morning: how long, how good, and one to three records of it. */
function night(d: Day): void {
  const { p } = d;
  const { random: r, traits } = p;
  const bed = p.nextBed;
  p.bedtimes.push(bed);
  if (p.bedtimes.length > 7) p.bedtimes.shift();
  const mean = p.bedtimes.reduce((a, b) => a + b, 0) / p.bedtimes.length;
  const irregular = p.bedtimes.reduce((a, b) => a + Math.abs(b - mean), 0) / p.bedtimes.length;
  const wanted = traits.sleepNeed + 14 * p.debt - 30 * p.workload - 20 * p.late;
  d.slept = Math.min(700, Math.max(190, wanted + r.normal(0, 42)));
  d.wake = bed + d.slept / 60;
  d.quality = traits.base.quality - 0.9 * irregular - 0.3 * p.debt + 0.8 * p.exercised -
    1.1 * p.late - 0.5 * p.workload + r.normal(0, 0.5);
  p.debt = Math.min(8, Math.max(0, 0.75 * p.debt + (traits.sleepNeed - d.slept) / 60));
  recordNight(d, bed);
}

function recordNight(d: Day, bed: number): void {
  const { random: r, traits } = d.p;
  const quality = r.chance(0.9) ? level(d.quality) : null;
  const source = traits.needIsKnown ? "whoop" : r.chance(0.5) ? "apple_health" : "app";
  const metadata = traits.needIsKnown ? `{"sleep_need_minutes": ${traits.sleepNeed}}` : "{}";
  const sleep = { type: "sleep", title: "Sleep", metadata, source, rated: false } as const;
  if (r.chance(0.05)) { // awake for a while
    const first = d.slept * r.between(0.3, 0.6);
    const pause = r.between(12, 40);
    record(d, { ...sleep, at: bed, minutes: first, quality });
    const at = bed + (first + pause) / 60;
    record(d, { ...sleep, at, minutes: d.slept - first - pause });
    return;
  }
  record(d, { ...sleep, at: bed, minutes: d.slept, quality });
  if (!r.chance(0.02)) return; // a second device saw the same night
  const at = bed + r.between(3, 20) / 60;
  record(d, { ...sleep, source: "google_fit", at, minutes: d.slept - 30 });
}

function meals(d: Day): void {
  const r = d.p.random;
  const table = [["Breakfast", d.wake + 0.8, 20], ["Lunch", 12.7, 35], ["Dinner", 19, 45], [
    "Snack",
    16,
    12,
  ]] as const;
  for (const [title, hour, minutes] of table) {
    if (!r.chance(0.85)) continue;
    const at = Math.max(d.wake + 0.2, hour + r.normal(0, 0.5));
    record(d, { type: "meal", title, at, minutes: minutes * r.between(0.6, 1.5) });
  }
}

function work(d: Day): void {
  const r = d.p.random;
  const weekday = new Date(d.midnight).getUTCDay();
  if (weekday === 0 || weekday === 6) return;
  const begin = Math.max(d.wake + 1, 8.7 + 0.3 * d.p.traits.chronotype + r.normal(0, 0.3));
  const load = 1 + 0.2 * d.p.workload;
  const minutes = Math.max(60, 215 * load + r.normal(0, 25));
  record(d, { type: "work", title: "Work", at: begin, minutes });
  record(d, { type: "work", title: "Work", at: begin + minutes / 60 + 0.9, minutes });
}

function exercise(d: Day): void {
  const { random: r, traits, workload } = d.p;
  if (!r.chance(0.08 + 0.5 * traits.fitness - 0.08 * workload)) return;
  const at = d.wake + (r.chance(0.4) ? r.between(0.3, 1.2) : r.between(9, 12));
  const kind = r.pick(kindsOfExercise);
  const minutes = r.between(20, 50) + 35 * traits.fitness;
  // A watch measures the effort; without one the kind has to do.
  const measured = r.chance(0.6)
    ? `, "met": ${(met[kind] * r.between(0.85, 1.15)).toFixed(1)}`
    : "";
  const metadata = `{"kind": "${kind}"${measured}}`;
  const title = kind[0]!.toUpperCase() + kind.slice(1);
  record(d, {
    type: "exercise",
    title,
    at,
    minutes,
    metadata,
    source: measured ? "garmin" : "app",
  });
  d.exercisedAt = at + minutes / 60;
}

function social(d: Day): void {
  const { random: r, traits, friends } = d.p;
  const weekend = new Date(d.midnight).getUTCDay() % 6 === 0 ? 0.2 : 0;
  for (let i = 0; i < 2; i++) {
    if (!r.chance(0.08 + 0.5 * traits.sociability + weekend)) continue;
    const at = r.between(Math.max(d.wake + 2, 12), Math.max(d.wake + 3, d.bed + 24 - 3));
    const minutes = r.between(30, 150);
    const start = d.midnight + at * HOUR - 15 * HOUR; // surely accepted, in any time zone
    const known = friends.filter((f) => f.since < start);
    const metadata = known.length > 0 ? `{"friend_id": "${r.pick(known).id}"}` : "{}";
    record(d, { type: "social", title: "Time with friends", at, minutes, metadata });
    d.company += minutes / 120;
  }
}

function pastime(d: Day): void {
  const { random: r, traits } = d.p;
  const bed = d.bed + 24;
  for (let i = 0; i < 3; i++) {
    if (!r.chance(0.5 + 0.15 * i)) continue;
    const minutes = r.between(25, 110);
    const at = i < 2 ? r.between(16, 20) : Math.max(d.wake + 3, bed - r.between(1.2, 5));
    record(d, { type: "leisure", title: r.pick(pastimes), at, minutes });
    if (bed - at - minutes / 60 < 0.8) d.late = 1;
  }
  if (r.chance(0.1 + 0.6 * traits.curiosity)) {
    const at = Math.max(d.wake + 2, r.between(17, 21));
    record(d, { type: "learning", title: r.pick(subjects), at, minutes: r.between(20, 80) });
  }
  if (r.chance(0.1 + 0.4 * traits.curiosity)) {
    const at = d.wake + r.between(0.2, 2);
    record(d, { type: "meditation", title: "Meditation", at, minutes: r.between(8, 25) });
  }
  if (r.chance(0.04)) {
    const at = Math.max(d.wake + 4, r.between(13.5, 15.5));
    record(d, { type: "sleep", title: "Nap", at, minutes: r.between(15, 50), rated: false });
  }
}

/** Carries over to tomorrow what today did. */
function goOn(d: Day): void {
  const { p } = d;
  const { random: r, traits } = p;
  p.exercised = d.exercisedAt === undefined ? 0 : 1;
  p.late = d.late;
  p.company = 0.75 * p.company + 0.25 * Math.min(1, d.company);
  p.variety = 0.75 * p.variety + 0.25 * d.types.size / 8;
  p.workload = 0.9 * p.workload + r.normal(0, 0.4);
  p.mood = traits.base.mood + 0.35 * (p.mood - traits.base.mood) - 0.3 * (p.debt - 1) +
    1.8 * (p.company - 0.35) + 2 * (p.variety - 0.65) + 0.8 * (p.exercised - 0.3) +
    r.normal(0, 0.35);
  p.nextBed = d.bed;
}

/**
 * Lives local day number `day` (0 is the first) and gives what was written down of it, in no order.
 */
export function liveDay(p: Person, day: number): LifeEvent[] {
  const { random: r, traits } = p;
  if (day >= p.silentUntil && r.chance(0.008)) p.silentUntil = day + 2 + r.below(5);
  const midnight = p.midnight + day * DAY;
  const freeTomorrow = [5, 6].includes(new Date(midnight).getUTCDay()) ? 0.6 : 0;
  const d: Day = {
    p,
    midnight,
    silent: day < p.silentUntil,
    wake: 0,
    // Hours relative to tomorrow's midnight.
    bed: traits.chronotype - 0.7 + freeTomorrow + r.normal(0, traits.irregularity),
    slept: 0,
    quality: 0,
    exercisedAt: undefined,
    company: 0,
    late: 0,
    types: new Set(),
    starts: new Set(),
    events: [],
  };
  night(d);
  exercise(d);
  meals(d);
  work(d);
  social(d);
  pastime(d);
  goOn(d);
  return d.events;
}
