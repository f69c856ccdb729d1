/** Which episodes should be open now. @module */
import type { Asset } from "../declare/asset.ts";
import { sliceText } from "../decide/inputs.ts";
import type { Judgement } from "../decide/judge.ts";
import type { NextTick } from "../decide/due.ts";
import type { Lateness } from "../decide/late.ts";
import { agePromise, deadlinePromise } from "../decide/promise.ts";
import type { SlowStep } from "../decide/slow.ts";
import type { Definitions } from "../graph/define.ts";
import type { AlertRecord, CheckState, RunRecord, SliceState } from "../ledger/records.ts";

/** An episode before it is remembered. */
export type Episode = Pick<
  AlertRecord,
  "episode" | "kind" | "severity" | "asset" | "run" | "title" | "message"
>;

/** What is known when looking for episodes. */
export interface Seen {
  /** What is declared. */
  readonly definitions: Definitions;
  /** How everything stands. */
  readonly judgement: Judgement;
  /** The latest verdicts. */
  readonly checks: readonly CheckState[];
  /** Since when an asset is known; a promise about one that was never built counts from here. */
  knownSince(asset: string): Date;
  /** How crons are read. */
  readonly next: NextTick;
  /** Steps that run for longer than usual. */
  readonly slow: readonly SlowStep[];
  /** Schedules and sensors that do not work, and sensors that ask for nothing. */
  readonly broken: readonly Broken[];
  /** The last runs of jobs that took longer than the job allows. */
  readonly timedOut: readonly RunRecord[];
  /** Whether an episode is open already. */
  isOpen(episode: string): boolean;
}

/** A schedule or a sensor that does not do what it should. */
export interface Broken {
  /** `sensor:arrivals`, `schedule:nightly`, `silent:arrivals`. */
  readonly name: string;
  /** In a few words. */
  readonly title: string;
  /** What it said. */
  readonly message: string;
}

/**
 * Late assets, failed assets, failing critical checks, steps that run for long, jobs that ran into their timeout,
 * schedules and sensors that do not work:
 * one episode each, however often one looks.
 */
export function episodes(seen: Seen): readonly Episode[] {
  return [
    ...late(seen),
    ...failed(seen),
    ...critical(seen),
    ...long(seen),
    ...timedOut(seen),
    ...broken(seen),
  ];
}

const timedOut = (seen: Seen): Episode[] =>
  seen.timedOut.map(({ id, job, error }) => ({
    episode: `timeout:${job}`,
    kind: "failed",
    severity: "error",
    asset: null,
    run: id,
    title: `Job "${job}" took too long`,
    message: `Run ${id}: ${error?.message ?? "its time was over"}`,
  }));

function late({ definitions, judgement, knownSince, next }: Seen): Episode[] {
  return definitions.assets.flatMap((asset) => {
    const since = { knownSince: knownSince(asset.name), next };
    const age = agePromise(asset, judgement, since);
    const instant = deadlinePromise(asset, judgement, since);
    return [
      ...lateEpisode(asset, age, `late:${asset.name}`, `"${asset.name}" is late`),
      ...lateEpisode(
        asset,
        instant,
        `deadline:${asset.name}`,
        `"${asset.name}" missed its deadline`,
      ),
    ];
  });
}

function lateEpisode(
  { name }: Asset,
  { state, words }: Lateness,
  episode: string,
  title: string,
): Episode[] {
  if (state !== "late") return [];
  const told = { kind: "late", severity: "error", asset: name, run: null } as const;
  return [{ episode, ...told, title, message: words }];
}

const long = ({ slow }: Seen): Episode[] =>
  slow.map(({ asset, partition, run, words }) => ({
    episode: `long:${asset}`,
    kind: "long",
    severity: "warning",
    asset,
    run,
    title: `${sliceText(asset, partition)} runs for long`,
    message: words,
  }));

const broken = (seen: Seen): Episode[] =>
  seen.broken.map(({ name, title, message }) => ({
    episode: name,
    kind: "automation",
    severity: "error",
    asset: null,
    run: null,
    title,
    message,
  }));

/** One that failed and is being tried again: neither a new episode nor the end of the one that is open. */
function failed(seen: Seen): Episode[] {
  const { definitions, judgement, isOpen } = seen;
  const told = new Set(critical(seen).map((e) => e.asset));
  return definitions.assets.flatMap((asset) => {
    const slice = failedSlice(judgement, asset);
    if (!slice) return [];
    const episode = `failed:${asset.name}`;
    if (slice.inFlight && !isOpen(episode)) return [];
    // What a critical check withheld is the episode of the check.
    const status = judgement.of(asset, slice.partition).status;
    if (status === "blocked" && told.has(asset.name)) return [];
    return [{
      episode,
      kind: "failed" as const,
      severity: "error" as const,
      asset: asset.name,
      run: slice.last?.run ?? null,
      title: `${sliceText(asset.name, slice.partition)} failed`,
      message: slice.error ? [slice.error.message, ...slice.error.causes].join("\n") : "",
    }];
  });
}

/** The newest slice whose last attempt failed; a failed try of history that never was does not count. */
function failedSlice(judgement: Judgement, asset: Asset): SliceState | undefined {
  const newest = judgement.newest(asset);
  return judgement.states(asset).findLast((s) =>
    s.last?.state === "failed" && (s.partition === newest || s.visible !== null) &&
    !(s.visible !== null && s.visible.at > s.last.at)
  );
}

/** Checks that are declared, each by its verdict on the newest slice: an old day that was bad is history. */
function critical({ definitions, checks }: Seen): Episode[] {
  return definitions.checks.flatMap((declared) => {
    const { asset, name } = declared;
    const said = checks.filter((c) => c.asset === asset.name && c.check === name);
    const among = hasOrder(asset) ? newestOf(said) : said;
    const c = among.find((c) => !c.passed && c.severity === "critical");
    if (!c) return [];
    return [{
      episode: `check:${c.asset}:${c.check}`,
      kind: "check" as const,
      severity: "critical" as const,
      asset: c.asset,
      run: c.run,
      title: `Critical check "${c.check}" of ${sliceText(c.asset, c.partition)} fails`,
      message: c.reason ?? "no reason given",
    }];
  });
}

/** Whether slices follow each other in time. */
const hasOrder = ({ partitions: { grain } }: Asset) =>
  grain !== "set" && grain !== "dynamic" && grain !== "cross";

function newestOf(said: readonly CheckState[]): readonly CheckState[] {
  const [first, ...rest] = said;
  if (!first) return [];
  return [rest.reduce((best, c) => c.partition > best.partition ? c : best, first)];
}
