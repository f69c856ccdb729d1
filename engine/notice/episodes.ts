/** Which episodes should be open now. @module */
import type { Asset } from "../declare/asset.ts";
import { type Breach, breaches } from "../decide/breach.ts";
import { sliceText } from "../decide/inputs.ts";
import type { Judgement } from "../decide/judge.ts";
import type { NextTick } from "../decide/due.ts";
import type { SlowStep } from "../decide/slow.ts";
import type { Definitions } from "../graph/define.ts";
import type { AlertRecord, CheckState, RunRecord } from "../ledger/records.ts";
import { checked, failed } from "./failing.ts";
import { exhausted, type Measured } from "./exhausted.ts";
import type { Unreached } from "./unreached.ts";

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
  /** The last runs of jobs, where they failed. */
  readonly failedRuns: readonly RunRecord[];
  /** What was measured of resources; undefined where nobody measures. */
  readonly measured?: Measured | undefined;
  /** Channels of alerts that cannot be reached. */
  readonly unreached: readonly Unreached[];
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
 * Broken promises, failed assets and runs, failing checks of severity error or critical, steps that run for long, jobs that ran into their timeout,
 * schedules and sensors that do not work, channels that cannot be reached, resources that run short:
 * one episode each, however often one looks.
 */
export function episodes(seen: Seen): readonly Episode[] {
  const found = [
    ...late(seen),
    ...failed(seen),
    ...checked(seen),
    ...long(seen),
    ...timedOut(seen),
    ...broken(seen),
    ...unreached(seen),
    ...(seen.measured ? exhausted(seen.measured) : []),
  ];
  // A run whose failure is told of by its asset, its check or its timeout is not told of twice.
  const told = new Set(found.map((e) => e.run).filter((run) => run !== null));
  return [...found, ...runs(seen, told)];
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
    const facts = { knownSince: knownSince(asset.name), next };
    return breaches(asset, judgement, facts).map((b) => lateEpisode(asset, b));
  });
}

function lateEpisode({ name }: Asset, { of, line, words }: Breach): Episode {
  const id = line === "" ? name : `${name}:${line}`;
  const what = sliceText(name, line);
  return {
    episode: of === "age" ? `late:${id}` : `deadline:${id}`,
    kind: "late",
    severity: "error",
    asset: name,
    run: null,
    title: of === "age" ? `${what} is late` : `${what} missed its deadline`,
    message: words,
  };
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

const runs = ({ failedRuns }: Seen, told: ReadonlySet<string>): Episode[] =>
  failedRuns.filter(({ id }) => !told.has(id)).map(({ id, job, error }) => ({
    episode: `run:${job}`,
    kind: "run",
    severity: "error",
    asset: null,
    run: id,
    title: `Job "${job}" failed`,
    message: `Run ${id}: ${error?.message ?? "some of its steps did not succeed"}`,
  }));

const unreached = (seen: Seen): Episode[] =>
  seen.unreached.map(({ channel, waiting, failures }) => ({
    episode: `channel:${channel}`,
    kind: "delivery",
    severity: "error",
    asset: null,
    run: null,
    title: `Alerts do not reach channel "${channel}"`,
    message: `${failures} tries in a row failed, and ${waiting} ` +
      `${waiting === 1 ? "notice waits" : "notices wait"}; the alerts page shows why`,
  }));
