/**
 * Who a simulated person is, and how they are today.
 *
 * @module
 */
import type { Random } from "./random.ts";
import type { Zone } from "./zone.ts";

/** What does not change. Nothing of it is stored anywhere; models have to infer it. */
export interface Traits {
  /** Hours that the body clock is late (positive) or early; sd 1.2. */
  readonly chronotype: number;
  /** Minutes of sleep that leave no debt. */
  readonly sleepNeed: number;
  /** Whether a wearable has told the need, so that it stands in the metadata of sleeps. */
  readonly needIsKnown: boolean;
  /** 0 to 1: how likely and how hard exercise is. */
  readonly fitness: number;
  /** 0 to 1: how likely company is. */
  readonly sociability: number;
  /** 0 to 1: how many different things are done. */
  readonly curiosity: number;
  /** Standard deviation of bedtime, hours. */
  readonly irregularity: number;
  /** Height of the daily wave of energy. */
  readonly amplitude: number;
  /** Levels around which energy, mood and sleep quality move. */
  readonly base: { readonly energy: number; readonly mood: number; readonly quality: number };
  /** Share of what happens that gets written down. */
  readonly diligence: number;
}

/** Draws a person. */
export function drawTraits(r: Random): Traits {
  return {
    chronotype: r.normal(0, 1.2),
    sleepNeed: Math.round(Math.min(560, Math.max(400, r.normal(480, 30)))),
    needIsKnown: r.chance(0.3),
    fitness: r.next(),
    sociability: r.next(),
    curiosity: r.next(),
    irregularity: r.between(0.2, 1.6),
    amplitude: r.between(1.2, 2.4),
    base: {
      energy: r.normal(5.9, 0.6),
      mood: r.normal(6.1, 0.7),
      quality: r.normal(7.1, 0.5),
    },
    diligence: r.between(0.8, 1),
  };
}

/** A simulated person: traits, and a state that {@linkcode liveDay} moves forward. */
export interface Person {
  /** Row of `users`. */
  readonly id: string;
  /** Their own stream of random numbers. */
  readonly random: Random;
  /** Where their clocks are. */
  readonly zone: Zone;
  /** Who they are. */
  readonly traits: Traits;
  /** Events outside [from, until) are not written down. */
  readonly from: number;
  /** {@linkcode from} */
  readonly until: number;
  /** Accepted friends, with the instant of acceptance. */
  readonly friends: { readonly id: string; readonly since: number }[];
  /** Local midnight before the first simulated day, as if local time were UTC. */
  readonly midnight: number;
  /** Hours of sleep owed, decaying. */
  debt: number;
  /** Around 0; 1 is a hard week. */
  workload: number;
  /** Today's mood before rating noise. */
  mood: number;
  /** Slow averages of company and variety, 0 to 1. */
  company: number;
  /** {@linkcode company} */
  variety: number;
  /** Yesterday was exercised, and late activity kept them up: 0 to 1. */
  exercised: number;
  /** {@linkcode exercised} */
  late: number;
  /** Local bedtimes of the last nights relative to midnight, hours. */
  readonly bedtimes: number[];
  /** The coming bedtime: hours relative to the midnight of the next day. */
  nextBed: number;
  /** Nothing is written down before this day. */
  silentUntil: number;
  /** Experience points. */
  xp: number;
}

/** A person before the first day. */
export function newPerson(
  o: Pick<Person, "id" | "random" | "zone" | "traits" | "from" | "until" | "midnight">,
): Person {
  return {
    ...o,
    friends: [],
    debt: 0,
    workload: o.random.normal(0, 0.8),
    mood: o.traits.base.mood,
    company: o.traits.sociability * 0.6,
    variety: 0.6,
    exercised: 0,
    late: 0,
    bedtimes: [],
    nextBed: o.traits.chronotype - 0.7,
    silentUntil: 0,
    xp: 0,
  };
}
