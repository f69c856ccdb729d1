/**
 * What the clocks of a place show: conversion between instants and local time, with the hours that are skipped or
 * shown twice.
 *
 * Local time is written as the milliseconds that the same digits would mean in UTC.
 *
 * @module
 */
import { lastNotAbove } from "./windows.ts";

/** The clocks of a place. */
export interface Zone {
  /** IANA name. */
  readonly name: string;
  /** Milliseconds that local time is ahead of UTC at an instant. */
  offset(instant: number): number;
  /** The first instant at which the clocks show a local time or, where it is skipped, a later one. */
  instantOf(local: number): number;
  /** The first change of the clocks after an instant; `Infinity` if none is known. */
  nextChange(instant: number): number;
}

/** Where the clocks never change. */
export const utc: Zone = {
  name: "UTC",
  offset: () => 0,
  instantOf: (local) => local,
  nextChange: () => Infinity,
};

const HOUR = 3_600_000;
/** Instants beyond are not looked at: no zone has rules for them. */
export const LAST_INSTANT = Date.UTC(2200, 0, 1);
const known = new Map<string, Zone>([["UTC", utc]]);

function clocksOf(name: string): Temporal.ZonedDateTime {
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
  } catch (cause) {
    throw new RangeError(
      `Cannot use time zone: "${name}" is not a name like "Europe/Berlin"`,
      { cause },
    );
  }
}

/**
 * The clocks of an IANA zone. Changes are looked up once and kept, from 1970 on as far as they are asked for; before that
 * the clocks are taken to show what they showed then.
 *
 * @throws {RangeError} If there is no such zone.
 */
export function zoneOf(name: string): Zone {
  const before = known.get(name);
  if (before) return before;
  let clocks: Temporal.ZonedDateTime | null = clocksOf(name);
  const changes = [-Infinity];
  const offsets = [clocks.offsetNanoseconds / 1e6];
  const growPast = (instant: number) => {
    while (clocks && (changes.at(-1)! <= instant)) {
      clocks = clocks.getTimeZoneTransition("next");
      if (!clocks || clocks.epochMilliseconds > LAST_INSTANT) return void (clocks = null);
      const offset = clocks.offsetNanoseconds / 1e6;
      if (offset === offsets.at(-1)) continue;
      changes.push(clocks.epochMilliseconds);
      offsets.push(offset);
    }
  };
  const pieceAt = (instant: number) => {
    growPast(instant);
    return lastNotAbove(changes, instant);
  };
  const zone: Zone = {
    name,
    offset: (instant) => offsets[pieceAt(instant)]!,
    nextChange: (instant) => changes[pieceAt(instant) + 1] ?? Infinity,
    instantOf(local) {
      growPast(local + 36 * HOUR);
      // No clock is more than 14 hours ahead of UTC, so what it shows came after this piece began.
      for (let piece = lastNotAbove(changes, local - 15 * HOUR);; piece++) {
        const offset = offsets[piece]!;
        const end = changes[piece + 1] ?? Infinity;
        if (end + offset > local) return Math.max(changes[piece]!, local - offset);
      }
    },
  };
  known.set(name, zone);
  return zone;
}

/** A distance from UTC as people write it, `+02:00`. */
export function offsetText(offset: number): string {
  const minutes = Math.abs(offset) / 60_000;
  const two = (n: number) => String(Math.floor(n)).padStart(2, "0");
  return `${offset < 0 ? "-" : "+"}${two(minutes / 60)}:${two(minutes % 60)}`;
}
