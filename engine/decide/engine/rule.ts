/**
 * Conditions, made ready to be evaluated a million times: names become numbers, memory is attached.
 *
 * @module
 */
import type { Among, Condition } from "../../declare/when.ts";
import { Memory, memoryKey } from "./memory.ts";

/** What of an upstream can change an operand of its readers, as bits. What becomes visible always can. */
export const ON = {
  /** It succeeded, the data the same. */
  ran: 1,
  /** An attempt began or ended. */
  flight: 2,
  /** Its failure came or went. */
  failed: 4,
  /** Its check failed or passed. */
  check: 8,
  /** It is requested in this tick, or was in the last. */
  will: 16,
  /** Anything at all, for `anyDeps` and `allDeps`. */
  watch: 32,
} as const;

const HEARS: { readonly [is: string]: number } = {
  depsUpdated: ON.will,
  allDepsUpdated: ON.will,
  depsMissing: ON.will,
  depsInFlight: ON.flight | ON.will,
  depsCheckFailed: ON.check | ON.will,
  depsFailed: ON.failed | ON.will,
  allDepsUpdatedSinceCron: ON.ran | ON.will,
  anyDeps: ON.watch,
  allDeps: ON.watch,
};

/** A condition with its names resolved. */
export interface Node {
  /** What it was made from. */
  readonly condition: Condition;
  /** {@linkcode Condition.is} */
  readonly is: Condition["is"];
  /** What it is made of; of `since` the condition and its reset. */
  readonly of: readonly Node[];
  /** Number of its cron; -1 without. */
  readonly cron: number;
  /** Size of its window; 0 without. */
  readonly slices: number;
  /** 1 for each dep that it looks at, in their order; undefined for all. */
  readonly among: Uint8Array | undefined;
  /** Of `newly` and `since`. */
  readonly memory: Memory | undefined;
}

/** The condition of an asset and what it listens to. */
export interface Rule {
  /** The condition. */
  readonly root: Node;
  /** Nodes with memory, inner ones first. */
  readonly remembering: readonly Node[];
  /** Memory by {@linkcode memoryKey}. */
  readonly memories: ReadonlyMap<string, Memory>;
  /** Crons that wake it. */
  readonly crons: ReadonlySet<number>;
  /** How many of the newest slices it can be true for. */
  readonly window: number;
  /** The widest `inLatestWindow` in it; at least 1. */
  readonly widest: number;
  /** Whether it asks for lateness. */
  readonly asksLate: boolean;
  /** {@linkcode ON} */
  readonly hears: number;
}

/** What {@linkcode ruleOf} needs besides the condition. */
export interface RuleNames {
  /** The number of a cron. */
  cron(cron: string, timezone: string): number;
  /** Which deps the operand looks at; undefined for all. */
  among(among: Among): Uint8Array | undefined;
  /** Memory of the condition before, by {@linkcode memoryKey}. */
  readonly memories: ReadonlyMap<string, Memory>;
}

/** Makes a condition ready. Sub-trees that were there before keep what they remember. */
export function ruleOf(condition: Condition, names: RuleNames): Rule {
  const found = {
    remembering: [] as Node[],
    memories: new Map<string, Memory>(),
    crons: new Set<number>(),
    asksLate: false,
    widest: 1,
    hears: 0,
  };
  const visit = (c: Condition): Node => {
    const of = childrenOf(c).map(visit);
    found.hears |= HEARS[c.is] ?? 0;
    if (c.is === "late") found.asksLate = true;
    const cron = "cron" in c ? names.cron(c.cron, c.timezone) : -1;
    if (cron >= 0) found.crons.add(cron);
    const among = "only" in c || "except" in c ? names.among(c) : undefined;
    const slices = c.is === "inLatestWindow" ? c.slices : 0;
    found.widest = Math.max(found.widest, slices);
    const memory = c.is === "newly" || c.is === "since" ? memoryOf(c) : undefined;
    const node = { condition: c, is: c.is, of, cron, slices, among, memory };
    if (memory) found.remembering.push(node);
    return node;
  };
  const memoryOf = (c: Condition): Memory => {
    const key = memoryKey(c);
    const memory = found.memories.get(key) ?? names.memories.get(key) ?? new Memory();
    found.memories.set(key, memory);
    return memory;
  };
  const root = visit(condition);
  return { root, ...found, window: found.remembering.length > 0 ? Infinity : windowOf(condition) };
}

/** The conditions that a condition is made of. */
export function childrenOf(c: Condition): readonly Condition[] {
  switch (c.is) {
    case "and":
    case "or":
      return c.of;
    case "since":
      return [c.of, c.reset];
    case "not":
    case "newly":
    case "anyDeps":
    case "allDeps":
      return [c.of];
    default:
      return [];
  }
}

/** How many of the newest slices a condition can be true for. */
function windowOf(c: Condition): number {
  if (c.is === "latest") return 1;
  if (c.is === "inLatestWindow") return c.slices;
  return c.is === "and" ? Math.min(Infinity, ...c.of.map(windowOf)) : Infinity;
}
