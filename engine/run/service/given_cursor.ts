/**
 * Cursors that people give to try a sensor.
 *
 * @module
 */
import type { Sensor } from "../../declare/sensor.ts";
import type { Json } from "../../declare/store.ts";

/** Digits of a place among the facts. */
const PLACE = 19;

/**
 * A cursor as the sensor itself would have written it: a place among the facts may be given as a number, and a text that
 * looks like a number is text where the sensor keeps text.
 *
 * @throws {RangeError} If the sensor could not have written it.
 */
export function givenCursor({ name, source, start }: Sensor, given: Json): Json {
  const refused = (right: string) =>
    new RangeError(
      `Cannot try sensor "${name}" from cursor ${JSON.stringify(given)}: it must be ${right}`,
    );
  switch (source.of) {
    case "runs":
    case "assets":
      if (given === null) return null;
      if (/^\d{1,19}$/.test(String(given))) return String(given).padStart(PLACE, "0");
      throw refused(`a place among the facts, like "120"`);
    case "topic":
      if (isOffsets(given)) return given;
      throw refused(`offsets by part of the topic, like {"0":"120"}`);
    case "promises":
      if (given === null || isObject(given)) return given;
      throw refused(`how promises stood, like {"${source.assets[0]}":"ok"}`);
    default:
      if (typeof start === "string") {
        return typeof given === "string" ? given : JSON.stringify(given);
      }
      if (typeof start === typeof given || start === null) return given;
      throw refused(`like the one it starts with, ${JSON.stringify(start)}`);
  }
}

const isObject = (given: Json): given is { readonly [name: string]: Json } =>
  typeof given === "object" && given !== null && !Array.isArray(given);

const isOffsets = (given: Json): boolean =>
  isObject(given) &&
  Object.entries(given).every(([part, at]) => /^\d+$/.test(part) && /^\d+$/.test(String(at)));
