/**
 * Why nobody has asked for a slice.
 *
 * @module
 */
import type { Asset } from "../declare/asset.ts";
import { crons } from "./condition_crons.ts";
import { keyOf, readings, sliceText } from "./inputs.ts";
import { instantText } from "./judge.ts";
import type { Explaining } from "./why.ts";
import { type Reason, reasonOf } from "./why_facts.ts";

/** What would ask for a slice, and why that has not asked yet: what is wrong first. */
export function unrequested(e: Explaining, asset: Asset, partition: string): Reason[] {
  const about = { asset: asset.name, partition };
  const { judgement } = e.facts;
  const early = notEnded(e, asset, partition);
  if (early) return [early];
  if (asset.partitions.grain !== "none" && partition !== judgement.newest(asset)) {
    const words = "only the newest slice is asked for by itself; a backfill fills history";
    return [reasonOf({ kind: "history", words, ...about })];
  }
  const reasons = [...ofCondition(e, asset, partition), ...ofSchedules(e, asset)];
  if (reasons.length > 0) return reasons.sort((a, b) => rank(a) - rank(b));
  const words = asset.external
    ? `${sliceText(asset.name, partition)} belongs to others: it is observed when a job asks`
    : `nothing asks for "${asset.name}" by itself: it has no condition and no job with a cron`;
  return [reasonOf({ kind: asset.external ? "external" : "no_automation", words, ...about })];
}

const RANK: { readonly [kind: string]: number } = {
  schedule_paused: 0,
  schedule_failed: 0,
  condition_waits: 1,
  next_tick: 2,
};
const rank = (r: Reason) => RANK[r.kind] ?? 1;

function notEnded(e: Explaining, asset: Asset, partition: string): Reason | undefined {
  const { now } = e.facts.judgement;
  const found = keyOf(asset, partition);
  const end = found && asset.partitions.span(found.key)?.[1];
  if (!end || end <= now) return undefined;
  const words = `the slice has not ended: it does at ${instantText(end, now)}`;
  return reasonOf({ kind: "not_ended", words, asset: asset.name, partition });
}

function ofSchedules(e: Explaining, asset: Asset): Reason[] {
  const { definitions } = e.facts;
  const rules = [
    ...definitions.jobs.filter((j) => j.cron !== undefined && j.assets.includes(asset)),
    ...definitions.schedules.filter((s) => s.assets.includes(asset)),
  ];
  return rules.map(({ name, cron, timezone }) => {
    const cursor = e.facts.cursors.find((c) => c.name === `schedule:${name}`);
    const about = { asset: asset.name, run: cursor?.run ?? null };
    if (e.facts.paused.has(`schedule:${name}`)) {
      const words = `schedule "${name}" is paused`;
      return reasonOf({ kind: "schedule_paused", words, ...about });
    }
    if (cursor?.outcome === "failed") {
      const words = `schedule "${name}" failed: ${cursor.result}`;
      return reasonOf({ kind: "schedule_failed", words, ...about });
    }
    return nextTickReason(e, asset, `schedule "${name}"`, { cron: cron!, timezone });
  });
}

function nextTickReason(
  e: Explaining,
  asset: Asset,
  who: string,
  { cron, timezone }: { readonly cron: string; readonly timezone: string },
): Reason {
  const { judgement: { now }, next } = e.facts;
  const at = next(cron, timezone, now);
  const words = at
    ? `${who} asks for it at its next tick, ${instantText(at, now)}`
    : `${who} has no tick any more: "${cron}"`;
  return reasonOf({ kind: "next_tick", words, asset: asset.name });
}

/** What holds a condition back: inputs under way first, since they are over soon. */
function ofCondition(e: Explaining, asset: Asset, partition: string): Reason[] {
  if (!asset.when) return [];
  if (e.facts.paused.has(`condition:${asset.name}`)) {
    const words = `the condition of "${asset.name}" is paused`;
    return [reasonOf({ kind: "condition_waits", words, asset: asset.name, partition })];
  }
  const ticks = crons(asset.when)
    .map((c) => nextTickReason(e, asset, `its condition "${c.cron}"`, c));
  const blocked = blockers(e, asset, partition);
  if (blocked.length > 0) {
    const words = `the condition of "${asset.name}" waits for its inputs`;
    const because = e.slices(blocked);
    return [reasonOf({ kind: "condition_waits", words, asset: asset.name, partition, because })];
  }
  if (ticks.length > 0 && asset.when.is === "cron") return ticks;
  const told = e.condition(asset.name, partition);
  const words = told.length === 0
    ? `the condition of "${asset.name}" holds: it is looked at within 30 s`
    : `the condition of "${asset.name}" does not hold: ${told.join("; ")}`;
  return [reasonOf({ kind: "condition_waits", words, asset: asset.name, partition })];
}

function blockers(e: Explaining, asset: Asset, partition: string) {
  const { judgement } = e.facts;
  const found = keyOf(asset, partition);
  if (!found) return [];
  return readings(asset, found.key, judgement.now).flatMap((read) =>
    read.partitions
      .filter((p) => judgement.state(read.up.name, p)?.inFlight)
      .map((p) => ({ up: read.up, partition: p }))
  );
}
