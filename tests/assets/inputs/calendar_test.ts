import { assertEquals } from "@std/assert";
import {
  hoursBetween,
  instantOf,
  localDay,
  localHour,
  utcMidnight,
  weekday,
  zoneOf,
} from "../../../assets/inputs/calendar.ts";

const at = (text: string) => Date.parse(text);

Deno.test("localHour() reads the clock of the zone", () => {
  const cases: [string, string, number][] = [
    ["UTC", "2025-01-01T15:30Z", 15.5],
    ["Europe/Berlin", "2025-01-01T15:30Z", 16.5],
    ["Europe/Berlin", "2025-07-01T15:30Z", 17.5],
    ["America/New_York", "2025-01-01T03:00Z", 22],
    ["Asia/Kolkata", "2025-01-01T00:00Z", 5.5],
  ];
  for (const [zone, instant, hour] of cases) {
    assertEquals(localHour(zoneOf(zone), at(instant)), hour);
  }
});

Deno.test("zoneOf() takes UTC for a name that is none, and says so", () => {
  const zone = zoneOf("Mars/Olympus");
  assertEquals([zone.isKnown, localHour(zone, at("2025-01-01T05:00Z"))], [false, 5]);
});

Deno.test("instantOf() finds the instant of a local hour, also around changes of the clock", () => {
  const berlin = zoneOf("Europe/Berlin");
  const day = (text: string) => at(`${text}T00:00Z`) / 86_400_000;
  const cases: [string, number, string][] = [
    ["2025-01-02", 0, "2025-01-01T23:00:00.000Z"],
    ["2025-03-30", 0, "2025-03-29T23:00:00.000Z"],
    ["2025-03-30", 12, "2025-03-30T10:00:00.000Z"],
    ["2025-03-31", 0, "2025-03-30T22:00:00.000Z"],
    ["2025-10-26", 0, "2025-10-25T22:00:00.000Z"],
    ["2025-10-27", 0, "2025-10-26T23:00:00.000Z"],
    ["2025-10-26", 2.5, "2025-10-26T00:30:00.000Z"],
  ];
  for (const [date, hour, instant] of cases) {
    assertEquals(new Date(instantOf(berlin, day(date), hour)).toISOString(), instant, date);
  }
});

Deno.test("localDay() and weekday() name the local calendar day", () => {
  const tokyo = zoneOf("Asia/Tokyo");
  const day = localDay(tokyo, at("2025-01-05T16:00Z"));
  assertEquals(day, at("2025-01-06T00:00Z") / 86_400_000);
  assertEquals(weekday(day), 0);
});

Deno.test("utcMidnight() is the midnight before, or the instant itself", () => {
  assertEquals(utcMidnight(at("2025-01-05T16:00Z")), at("2025-01-05T00:00Z"));
  assertEquals(utcMidnight(at("2025-01-05T00:00Z")), at("2025-01-05T00:00Z"));
});

Deno.test("hoursBetween() goes the short way round the clock", () => {
  assertEquals([hoursBetween(23, 1), hoursBetween(1, 23), hoursBetween(6, 18)], [2, -2, -12]);
});
