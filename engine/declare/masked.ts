/**
 * Structured values without secrets, and only of what can be kept as JSON.
 *
 * @module
 */
import type { Json } from "./store.ts";
import { MASK, masked } from "./secret.ts";
import { isSecretName } from "./secret_env.ts";

/** How deep a value is looked into, and how many parts of it are kept. */
const DEEPEST = 6;
const MOST_PARTS = 1_000;
/** Characters of a text within it. */
const LONGEST_TEXT = 8_000;

/**
 * A value without secrets, as JSON: what JSON does not know becomes text, what is very deep, long or contains itself is
 * cut. A text whose name says that it is secret (`password`, `apiToken`) is masked whatever it is.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { maskedJson } from "engine";
 *
 * assertEquals(maskedJson({ rows: 3n, password: "x" }), { rows: "3", password: "***" });
 * ```
 */
export function maskedJson(value: unknown): Json {
  return part(value, { depth: 0, seen: new Set(), count: { left: MOST_PARTS } });
}

interface Place {
  readonly depth: number;
  /** What it is in. */
  readonly seen: ReadonlySet<unknown>;
  readonly count: { left: number };
}

function part(value: unknown, at: Place): Json {
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value !== "object") return text(String(value));
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Error) return text(`${value.name}: ${value.message}`);
  if (at.seen.has(value)) return "(contains itself)";
  if (at.depth === DEEPEST) return "…";
  const inside = { depth: at.depth + 1, seen: new Set([...at.seen, value]), count: at.count };
  return Array.isArray(value) ? list(value, inside) : fields(value, inside);
}

const text = (whole: string): string => {
  const kept = masked(whole.slice(0, 2 * LONGEST_TEXT));
  return kept.length > LONGEST_TEXT ? `${kept.slice(0, LONGEST_TEXT)} …` : kept;
};

function list(values: readonly unknown[], at: Place): Json {
  const kept: Json[] = [];
  for (const value of values) {
    if (at.count.left-- <= 0) return [...kept, "…"];
    kept.push(part(value, at));
  }
  return kept;
}

function fields(value: object, at: Place): Json {
  const kept: { [name: string]: Json } = {};
  for (const [name, of] of Object.entries(value)) {
    if (of === undefined) continue;
    if (at.count.left-- <= 0) return { ...kept, "…": "…" };
    kept[masked(name)] = typeof of === "string" && of !== "" && isSecretName(name)
      ? MASK
      : part(of, at);
  }
  return kept;
}
