/** Opens and ends episodes, and tells people once of each. @module */
import type { NextTick } from "../decide/due.ts";
import { judge, type Judgement } from "../decide/judge.ts";
import { type SlowRule, type SlowStep, slowSteps } from "../decide/slow.ts";
import type { Definitions } from "../graph/define.ts";
import { WATCH_CURSOR, type WatchCursor } from "../ledger/known.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { AlertChannel } from "./channel.ts";
import { brokenOf } from "./broken.ts";
import { deliver, MOST_ALERTS, undelivered } from "./deliver.ts";
import { LIMITS, type Limits, type Measured } from "./exhausted.ts";
import { failedRunsOf } from "./failed_runs.ts";
import { choices } from "./rule_choices.ts";
import { followed } from "./rules_followed.ts";
import { hostsOf } from "./hosts.ts";
import type { MeasuredAt } from "./vitals.ts";
import { unreachedOf } from "./unreached.ts";
import { timedOutOf } from "./timeouts.ts";
import { episodes } from "./episodes.ts";

/** What watching needs. */
export interface Watching {
  /** What exists. */
  readonly definitions: Definitions;
  /** Where episodes are remembered. */
  readonly ledger: Ledger;
  /** Who is told. */
  readonly channels: readonly AlertChannel[];
  /** How crons of deadlines are read. */
  readonly next: NextTick;
  /** Which steps count as running for long. */
  readonly slow?: SlowRule;
  /** What was measured last of what all share; without it, or when it is old, nothing is said of resources. */
  readonly measured?: MeasuredAt | undefined;
  /** From when on resources run short. */
  readonly limits?: Limits;
  /** Is told of a channel that could not be reached; the notice is tried again, later and later. */
  onTrouble?(error: unknown): void;
}

/** Milliseconds that one look keeps others from looking, if it dies in the middle. */
const LEASE_MS = 60_000;
/** Milliseconds of one look that are spent on telling people; what is left over is told at the next look. */
const TELLING_MS = LEASE_MS / 2;
/** Milliseconds after which a measurement says nothing any more. */
const STALE_MS = 2 * 60_000;
/** Milliseconds after which an alert that only tries the channels is over. */
const TEST_MS = 60_000;

/**
 * Looks once: opens episodes that began, ends those that are over, delivers what was not delivered. Of several servers
 * one looks at a time. Gives false if another one is looking.
 */
export async function watch(o: Watching, now: Date): Promise<boolean> {
  const [found] = await o.ledger.cursors(WATCH_CURSOR);
  const before = (found?.value ?? { known: {}, until: now.toISOString() }) as WatchCursor;
  if (found && Date.parse(before.until) > now.getTime()) return false;
  const seen = firstSeen(o, before, now);
  const revision = found?.revision ?? 0;
  const until = new Date(now.getTime() + LEASE_MS).toISOString();
  if (!await step(o, revision, { ...seen, until })) return false;
  try {
    const { limits = LIMITS, slow = {}, channels } = o;
    const going = { ...o, ...followed({ limits, slow, channels }, await choices(o.ledger)) };
    await settle(going, seen, now);
    await deliver(going, seen.channels, { now, limitMs: TELLING_MS });
  } finally {
    await step(o, revision + 1, { ...seen, until: now.toISOString() });
  }
  return true;
}

function firstSeen(o: Watching, before: WatchCursor, now: Date) {
  const at = now.toISOString();
  const known: { [asset: string]: string } = { ...before.known };
  const channels: { [channel: string]: string } = { ...before.channels };
  for (const a of o.definitions.assets) known[a.name] ??= at;
  for (const s of o.definitions.sensors) known[`sensor:${s.name}`] ??= at;
  for (const c of o.channels) channels[c.name] ??= at;
  return { known, channels };
}

async function step(o: Watching, revision: number, value: WatchCursor): Promise<boolean> {
  const move = { name: WATCH_CURSOR, revision, value, result: "looked", submissions: [] };
  return await o.ledger.advance({ ...move, outcome: "skipped" }) !== undefined;
}

async function settle(
  o: Watching,
  { known, channels }: ReturnType<typeof firstSeen>,
  now: Date,
): Promise<void> {
  const { definitions, ledger } = o;
  const [slices, checks] = await Promise.all([ledger.slices(), ledger.checks()]);
  const judgement = judge({ definitions, slices, checks, now });
  const knownSince = (asset: string) => new Date(known[asset]!);
  // What others opened ("other") is not ours to end, and somebody who tries the channels has a minute.
  const ours = (await ledger.alerts(MOST_ALERTS)).filter((a) =>
    a.resolvedAt === null && a.kind !== "other" &&
    (a.kind !== "test" || now.getTime() - a.openedAt.getTime() >= TEST_MS)
  );
  const open = new Set(ours.map((a) => a.episode));
  const isOpen = (episode: string) => open.has(episode);
  const measured = await measuredOf(o, isOpen, now);
  const wanted = episodes({
    definitions,
    judgement,
    checks,
    knownSince,
    next: o.next,
    slow: await slowOf(o, judgement),
    timedOut: await timedOutOf(definitions, ledger),
    broken: await brokenOf(definitions, ledger, {
      knownSince: (sensor) => new Date(known[`sensor:${sensor}`]!),
      now,
    }),
    failedRuns: await failedRunsOf(definitions, ledger, (job) => isOpen(`run:${job}`)),
    measured,
    unreached: unreachedOf(await undelivered(o, channels, now)),
    isOpen,
  });
  const should = new Set(wanted.map((e) => e.episode));
  for (const e of wanted) if (!open.has(e.episode)) await ledger.open(e);
  for (const { episode, kind } of ours) {
    // Who did not measure does not know that it is over.
    if (kind === "resource" && !measured) continue;
    if (!should.has(episode)) await ledger.resolve(episode);
  }
}

async function measuredOf(
  { measured, limits = LIMITS, ledger }: Watching,
  isOpen: (episode: string) => boolean,
  now: Date,
): Promise<Measured | undefined> {
  if (!measured || now.getTime() - measured.at.getTime() > STALE_MS) return undefined;
  return { shared: measured.shared, hosts: await hostsOf(ledger, now), limits, now, isOpen };
}

/** Asks for what runs only if something does. */
async function slowOf(
  { definitions, ledger, slow }: Watching,
  judgement: Judgement,
): Promise<readonly SlowStep[]> {
  const flying = definitions.assets.flatMap((a) =>
    judgement.states(a).filter((s) => s.inFlight?.state === "running")
  );
  if (flying.length === 0) return [];
  const runs = [...new Set(flying.map((s) => s.inFlight!.run))];
  const found = await Promise.all(runs.map((run) => ledger.run(run)));
  const running = found.flatMap((r) =>
    (r?.steps ?? [])
      .filter((s) => s.state === "running" && s.startedAt !== null)
      .map(({ asset, partition, startedAt }) => ({
        asset,
        partition,
        run: r!.run.id,
        startedAt: startedAt!,
      }))
  );
  const longest = slowSteps(running, await ledger.durations(20), judgement.now, slow)
    .toSorted((a, b) => a.startedAt.getTime() - b.startedAt.getTime());
  return [...new Map(longest.toReversed().map((s) => [s.asset, s])).values()];
}
