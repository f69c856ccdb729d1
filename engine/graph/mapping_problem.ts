/**
 * Why a dep has no mapping, in words.
 *
 * @module
 */
import type { Dep, Mapped, SliceTable } from "../declare/deps.ts";
import { keyText, type Partitions } from "../declare/partitions.ts";
import { fittingDimensions, ruleIn, sharedDimensions } from "./cross_mapping.ts";
import { alignedMapping } from "./mapping.ts";
import { isAlike, isCross, isTime, natural, timesOf } from "./mapping_parts.ts";
import { upstreamOf } from "./order.ts";

const HINT = "wrap it in all(), latest(), mapped(), overlapping() or after()";
const listed = (names: readonly string[]) => `"${names.join(`", "`)}"`;
const notAlike = (up: Partitions, down: Partitions) =>
  `"${up.rule}" and "${down.rule}" are not cut alike`;

/** Why a dep cannot be mapped, as the end of a sentence; undefined if it can. */
export function mappingProblem(dep: Dep, down: Partitions): string | undefined {
  const up = upstreamOf(dep).partitions;
  if (!("mode" in dep)) return alignedProblem(up, down);
  switch (dep.mode) {
    case "window":
    case "offset":
    case "previous":
      return isAlike(up, down)
        ? placesProblem(dep) ?? alongProblem(dep, down)
        : `${notAlike(up, down)}, ${HINT}`;
    case "newest":
      return isTime(up)
        ? undefined
        : `"${up.rule}" is not cut by time, newest() reads what ended before; latest() or all() do`;
    case "overlap":
      return isTime(up) && isTime(down)
        ? undefined
        : `"${up.rule}" and "${down.rule}" are not both cut by time`;
    case "only":
      return unreadable(up, [dep.detail as string]);
    case "map":
      return tableProblem(up, down, dep.detail as SliceTable);
    case "dimension":
      return dimensionProblem(up, down, dep.detail as string);
    case "all":
    case "latest":
    case "after":
      return undefined;
  }
}

function placesProblem({ mode, size, detail }: Mapped): string | undefined {
  if (mode === "window" && !(Number.isSafeInteger(size) && size! >= 1)) {
    return `lookback() reads ${size} slices, it is a whole number from 1 on`;
  }
  if (mode === "offset" && !Number.isSafeInteger(detail)) {
    return `offset() is ${detail} slices away, it is a whole number such as -1`;
  }
  return undefined;
}

const CALLS: { readonly [mode: string]: (name: string) => string } = {
  window: (name) => `lookback(asset, 7, "${name}")`,
  offset: (name) => `offset(asset, -1, "${name}")`,
  previous: (name) => `previous("${name}")`,
};

/** Whether slices come one before another, and along which dimension. */
function alongProblem({ mode, along }: Mapped, down: Partitions): string | undefined {
  if (!isCross(down)) {
    if (along !== undefined) return `"${down.rule}" has no dimensions`;
    return isTime(down) ? undefined : `"${down.rule}" has no slice before another`;
  }
  const times = timesOf(down);
  if (along === undefined) {
    if (times.length === 1) return undefined;
    return times.length === 0
      ? `"${down.rule}" has no slice before another`
      : `dimensions ${listed(times)} are all cut by time, choose one with ` +
        CALLS[mode]!(times[0]!);
  }
  const rule = ruleIn(down, along);
  if (!rule) return noDimension(down, along);
  return isTime(rule) ? undefined : `"${along}: ${rule.rule}" has no slice before another`;
}

function unreadable(rule: Partitions, keys: readonly string[]): string | undefined {
  // Keys of a dynamic rule come and go.
  if (rule.grain === "dynamic") return undefined;
  for (const key of keys) {
    try {
      rule.parse(key);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return error.message.replace(/^Cannot read /, "cannot read ");
    }
  }
  return undefined;
}

function tableProblem(up: Partitions, down: Partitions, table: SliceTable): string | undefined {
  if (down.grain !== "set") return `mapped() is for lists, "${down.rule}" is none`;
  const without = down.keys(new Date(0)).find((k) => !(keyText(k) in table));
  if (without !== undefined) return `mapped() has no entry for "${keyText(without)}"`;
  return unreadable(down, Object.keys(table)) ?? unreadable(up, Object.values(table).flat());
}

function noDimension(rule: Partitions, name: string): string {
  const names = isCross(rule) ? Object.keys(rule.dimensions) : [];
  return `"${rule.rule}" has no dimension "${name}", it has ${listed(names)}`;
}

function dimensionProblem(up: Partitions, down: Partitions, name: string): string | undefined {
  if (!isCross(up) && !isCross(down)) return `"${down.rule}" has no dimensions`;
  const [above, below] = [ruleIn(up, name), ruleIn(down, name)];
  if (!above) return noDimension(up, name);
  if (!below) return noDimension(down, name);
  return natural(above, below) ? undefined : notAlike(above, below);
}

function alignedProblem(up: Partitions, down: Partitions): string | undefined {
  if (alignedMapping(up, down)) return undefined;
  if (isCross(up) && isCross(down)) {
    const wrong = sharedDimensions(up, down)
      .find((n) => !natural(ruleIn(up, n)!, ruleIn(down, n)!));
    return wrong === undefined
      ? `"${up.rule}" and "${down.rule}" share no dimension, ${HINT}`
      : `dimensions "${wrong}" of both, ${notAlike(ruleIn(up, wrong)!, ruleIn(down, wrong)!)}, ` +
        `${HINT}, or in dimension(asset, name)`;
  }
  if (!isCross(up) && !isCross(down)) return `${notAlike(up, down)}, ${HINT}`;
  const fitting = fittingDimensions(up, down);
  if (fitting.length) {
    return `dimensions ${listed(fitting)} all fit, choose one with dimension(asset, name)`;
  }
  const [cross, other] = isCross(up) ? [up, down] : [down, up];
  return `no dimension of "${cross.rule}" is cut as "${other.rule}" is, ${HINT}`;
}
