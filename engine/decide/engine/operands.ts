/**
 * The operands of conditions, one function each; the rule stands above it.
 *
 * Sequences are compared, not ticks: what happened between two looks, while the program was down or while an asset was
 * paused is neither lost nor counted twice.
 *
 * @module
 */
import type { Condition } from "../../declare/when.ts";
import { BIT } from "./columns.ts";
import { inputsOf } from "./inputs.ts";
import type { Node } from "./rule.ts";
import type { World } from "./world.ts";

type Operand = (w: World, asset: number, slice: number, node: Node) => boolean;
/** About the slice at `index` of the columns, with a sequence to compare to. */
type Test = (w: World, index: number, limit: number) => boolean;

const indexOf = (w: World, asset: number, slice: number) => w.columns.at[asset]! + slice;
const hasBit = (w: World, index: number, bit: number) => (w.columns.bits[index]! & bit) !== 0;
const handledOf = (w: World, asset: number, slice: number) =>
  w.columns.handled[indexOf(w, asset, slice)]!;
const isAsked = (w: World, index: number) => w.columns.will[index] === w.tick;

/** Whether the edge is one that the operand looks at; order-only deps are waited for, nothing else. */
function looksAt(w: World, asset: number, edge: number, node: Node): boolean {
  if (w.edges.orderOnly[edge] === 1 && node.is !== "depsInFlight") return false;
  return node.among === undefined || node.among[edge - w.edges.upAt[asset]!] === 1;
}

/** Goes through the inputs until the test gives `until`; `!until` if it never does. */
function search(
  w: World,
  [asset, slice, node]: readonly [number, number, Node],
  until: boolean,
  test: (w: World, index: number, limit: number) => boolean,
  limit = 0,
): boolean {
  const { upAt, up } = w.edges;
  for (let edge = upAt[asset]!; edge < upAt[asset + 1]!; edge++) {
    if (!looksAt(w, asset, edge, node)) continue;
    const read = inputsOf(w, edge, slice, true);
    const first = w.columns.at[up[edge]!]!;
    for (let r = 0; r < read.length; r += 2) {
      const to = first + read[r + 1]!;
      for (let q = first + read[r]!; q < to; q++) if (test(w, q, limit) === until) return until;
    }
  }
  return !until;
}

const hasChanged: Test = (w, q, limit) => w.columns.changed[q]! > limit || isAsked(w, q);
const hasRun: Test = (w, q, limit) => w.columns.ran[q]! > limit || isAsked(w, q);
const isMissing: Test = (w, q) => w.columns.changed[q] === 0 && !isAsked(w, q);
const isInFlight: Test = (w, q) => hasBit(w, q, BIT.inFlight) && !isAsked(w, q);
const isBlocked: Test = (w, q) => hasBit(w, q, BIT.blocked) && !isAsked(w, q);
const hasFailed: Test = (w, q) => hasBit(w, q, BIT.failed);

/** No visible version. */
export const missing: Operand = (w, asset, slice) =>
  w.columns.changed[indexOf(w, asset, slice)] === 0;

/** No visible version, and never requested nor made. */
export const missingUnhandled: Operand = (w, asset, slice) =>
  w.columns.changed[indexOf(w, asset, slice)] === 0 && handledOf(w, asset, slice) === 0;

/** The visible version was made by other code, or an input changed after it was read. */
export const stale: Operand = (w, asset, slice) =>
  hasBit(w, indexOf(w, asset, slice), BIT.code | BIT.data);

/**
 * The code changed after the last request, and what is visible was made by other code or the first attempt failed: a fix
 * runs again what failed, a plain failure does not.
 */
export const codeChanged: Operand = (w, asset, slice) => {
  const i = indexOf(w, asset, slice);
  const isBroken = hasBit(w, i, BIT.failed) && w.columns.changed[i] === 0;
  return (isBroken || hasBit(w, i, BIT.code)) && w.codeChanged[asset]! > w.columns.handled[i]!;
};

/** Requested or started, and not ended. */
export const inFlight: Operand = (w, asset, slice) =>
  hasBit(w, indexOf(w, asset, slice), BIT.inFlight);

/** The last attempt failed; only a success clears it. */
export const failed: Operand = (w, asset, slice) => hasBit(w, indexOf(w, asset, slice), BIT.failed);

/** A blocking check of its newest version failed. */
export const checkFailed: Operand = (w, asset, slice) =>
  hasBit(w, indexOf(w, asset, slice), BIT.blocked);

/** The last slice. */
export const latest: Operand = (w, asset, slice) => slice === w.columns.count[asset]! - 1;

/** One of the last `slices` slices. */
export const inLatestWindow: Operand = (w, asset, slice, node) =>
  slice >= w.columns.count[asset]! - node.slices;

/** The last success of the asset is at least as old as it may be; before the first, since it was first seen. */
export const late: Operand = (w, asset) => w.late[asset] === 1;

/** Some input changed after the last request or the last success read, or is requested in this tick. */
export const depsUpdated: Operand = (w, asset, slice, node) =>
  search(w, [asset, slice, node], true, hasChanged, handledOf(w, asset, slice));

/** There are upstreams, and each input changed after the last request, or is requested in this tick. */
export const allDepsUpdated: Operand = (w, asset, slice, node) => {
  const { upAt } = w.edges;
  let some = false;
  for (let e = upAt[asset]!; e < upAt[asset + 1]! && !some; e++) some = looksAt(w, asset, e, node);
  return some && search(w, [asset, slice, node], false, hasChanged, handledOf(w, asset, slice));
};

/** Some input has no visible version and is not requested in this tick. */
export const depsMissing: Operand = (w, asset, slice, node) =>
  search(w, [asset, slice, node], true, isMissing);

/** Some input is in flight and not requested in this tick: what is requested together runs in order. */
export const depsInFlight: Operand = (w, asset, slice, node) =>
  search(w, [asset, slice, node], true, isInFlight);

/** Some input is blocked and not requested in this tick: its check runs in the same run, and stops it. */
export const depsCheckFailed: Operand = (w, asset, slice, node) =>
  search(w, [asset, slice, node], true, isBlocked);

/** The last attempt of some input failed. */
export const depsFailed: Operand = (w, asset, slice, node) =>
  search(w, [asset, slice, node], true, hasFailed);

/** The newest tick of the cron is later than the last request; ticks that were missed are one. */
export const cron: Operand = (w, asset, slice, node) =>
  w.timers.crons[node.cron]!.ticked > handledOf(w, asset, slice);

/** Each input succeeded after the newest tick of the cron, to the same too, or is requested now; true without inputs. */
export const allDepsUpdatedSinceCron: Operand = (w, asset, slice, node) =>
  search(w, [asset, slice, node], false, hasRun, w.timers.crons[node.cron]!.ticked);

/** It became true at the end of a tick that is later than the last request; being true when first seen counts. */
export const newly: Operand = (w, asset, slice, node) =>
  node.memory!.roseAt(slice) > handledOf(w, asset, slice);

/** The condition became true and its reset has not since; when both become true the reset wins. */
export const since: Operand = (_w, _asset, slice, node) => node.memory!.isLatched(slice);

function searchSlices(
  [w, asset, slice, node]: Parameters<Operand>,
  until: boolean,
): boolean {
  const { upAt, up } = w.edges;
  const [of] = node.of;
  for (let edge = upAt[asset]!; edge < upAt[asset + 1]!; edge++) {
    if (!looksAt(w, asset, edge, node)) continue;
    const read = inputsOf(w, edge, slice, true);
    for (let r = 0; r < read.length; r += 2) {
      for (let q = read[r]!; q < read[r + 1]!; q++) {
        if (holds(w, up[edge]!, q, of!) === until) return until;
      }
    }
  }
  return !until;
}

/** The condition is true of some input. */
export const anyDeps: Operand = (...at) => searchSlices(at, true);

/** The condition is true of each input; true without inputs. */
export const allDeps: Operand = (...at) => searchSlices(at, false);

/** Each part is true. */
export const and: Operand = (w, asset, slice, node) => {
  for (const part of node.of) if (!holds(w, asset, slice, part)) return false;
  return true;
};

/** Some part is true. */
export const or: Operand = (w, asset, slice, node) => {
  for (const part of node.of) if (holds(w, asset, slice, part)) return true;
  return false;
};

/** The part is false. */
export const not: Operand = (w, asset, slice, node) => !holds(w, asset, slice, node.of[0]!);

const OPERANDS: { readonly [is in Condition["is"]]: Operand } = {
  missing,
  missingUnhandled,
  stale,
  codeChanged,
  inFlight,
  failed,
  checkFailed,
  latest,
  inLatestWindow,
  late,
  depsUpdated,
  allDepsUpdated,
  depsMissing,
  depsInFlight,
  depsCheckFailed,
  depsFailed,
  cron,
  allDepsUpdatedSinceCron,
  newly,
  since,
  anyDeps,
  allDeps,
  and,
  or,
  not,
};

/** Whether a condition is true of a slice now. */
export function holds(w: World, asset: number, slice: number, node: Node): boolean {
  return OPERANDS[node.is](w, asset, slice, node);
}

/** Takes down what `newly` and `since` of a slice need to know at the next tick; no fact tells it again. */
export function remember(w: World, asset: number, slice: number, nodes: readonly Node[]): void {
  for (const { of: [of, reset], memory } of nodes) {
    const resets = reset !== undefined && holds(w, asset, slice, reset);
    const isNews = memory!.note(slice, holds(w, asset, slice, of!), resets, w.sequence);
    if (isNews) w.hasNews = true;
  }
}
