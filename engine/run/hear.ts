/**
 * What sensors are told of what the engine itself did, and where they stand then.
 *
 * @module
 */
import type { AssetEvent, FreshnessEvent, RunEvent } from "../declare/event_sensors.ts";
import type { TopicMessage } from "../declare/listen_sensor.ts";
import type { Sensor } from "../declare/sensor.ts";
import type { Json } from "../declare/store.ts";
import { judge } from "../decide/judge.ts";
import { promiseOf } from "../decide/promise.ts";
import type { Definitions } from "../graph/define.ts";
import { knownSinceOf } from "../ledger/known.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Fact } from "../ledger/records.ts";
import { nextTick } from "./cron.ts";
import type { Offsets } from "./ears.ts";

/** What hearing needs. */
export interface HearOptions {
  /** What exists. */
  readonly definitions: Definitions;
  /** What happened. */
  readonly ledger: Pick<Ledger, "facts" | "newestFact" | "run" | "slices" | "cursors">;
}

/** What a sensor is told, and where it stands afterwards; `undefined` leaves that to itself. */
export interface Heard {
  /** Oldest first. */
  readonly heard: readonly unknown[];
  /** The cursor after this. */
  readonly next: Json | undefined;
}

/** Facts that are read at once, and events that are told at one look. */
const BATCH = 1_000;
/** Facts that are read at one look at most: a sensor does not fall behind a burst that is none of its business. */
const MOST_READ = 100_000;

/** What there is to be told after a cursor. `given` is what came from outside: payloads or messages. */
export async function hear(
  o: HearOptions,
  sensor: Sensor,
  at: { readonly cursor: unknown; readonly now: Date; readonly given: readonly unknown[] },
): Promise<Heard> {
  const { source } = sensor;
  switch (source.of) {
    case "poll":
    case "channel":
      return { heard: at.given, next: undefined };
    case "topic":
      return newMessages((at.cursor ?? {}) as Offsets, at.given as readonly TopicMessage[]);
    case "promises":
      return await changedPromises(o, source.assets, at);
    case "runs":
      return await newFacts(o, at.cursor, (f) => runEvent(o, sensor, source, f));
    case "assets":
      return await newFacts(o, at.cursor, (f) => assetEvent(source.assets, f));
  }
}

/** Messages that were dealt with before are left out: the cursor is the truth. */
function newMessages(before: Offsets, given: readonly TopicMessage[]): Heard {
  const next: { [partition: string]: string } = { ...before };
  const heard = given.filter(({ partition, offset }) => {
    const place = BigInt(offset);
    if (place < BigInt(next[partition] ?? "0")) return false;
    next[partition] = String(place + 1n);
    return true;
  });
  return { heard, next };
}

async function newFacts(
  { ledger }: HearOptions,
  cursor: unknown,
  read: (fact: Fact) => Promise<unknown> | unknown,
): Promise<Heard> {
  if (typeof cursor !== "string") return { heard: [], next: await ledger.newestFact() };
  const heard: unknown[] = [];
  let next = cursor;
  for (let left = MOST_READ; left > 0 && heard.length < BATCH; left -= BATCH) {
    const facts = await ledger.facts(next, BATCH);
    for (const f of facts) {
      const event = await read(f);
      if (event !== undefined) heard.push(event);
    }
    next = facts.at(-1)?.seq ?? next;
    if (facts.length < BATCH) break;
  }
  return { heard, next };
}

async function runEvent(
  { ledger }: HearOptions,
  sensor: Sensor,
  source: { readonly states: readonly string[]; readonly jobs: readonly string[] },
  fact: Fact,
): Promise<RunEvent | undefined> {
  if (fact.kind !== "run" || !fact.run || !source.states.includes(fact.state ?? "")) {
    return undefined;
  }
  const run = (await ledger.run(fact.run))?.run;
  if (!run) return undefined;
  const { job, partition } = run;
  if (source.jobs.length > 0 && !source.jobs.includes(job ?? "")) return undefined;
  // What it asked for itself would ask for itself again, for ever.
  if (run.trigger === "sensor" && run.by === sensor.name) return undefined;
  const state = fact.state as RunEvent["state"];
  return { run: fact.run, state, job, partition, at: fact.at };
}

function assetEvent(assets: readonly string[], fact: Fact): AssetEvent | undefined {
  if (fact.kind !== "materialized" || !assets.includes(fact.name ?? "")) return undefined;
  return { asset: fact.name!, partition: fact.partition ?? "", run: fact.run!, at: fact.at };
}

type Standing = { readonly [asset: string]: FreshnessEvent["state"] };

async function changedPromises(
  { definitions, ledger }: HearOptions,
  assets: readonly string[],
  { cursor, now }: { readonly cursor: unknown; readonly now: Date },
): Promise<Heard> {
  const before = cursor as Standing | null;
  const [slices, since] = await Promise.all([ledger.slices(assets), knownSinceOf(ledger, now)]);
  const judgement = judge({ definitions, slices, now });
  const found = assets.map((name) => {
    const facts = { next: nextTick, knownSince: since(name) };
    const { state, words } = promiseOf(definitions.asset(name), judgement, facts);
    return { asset: name, state, words, before: before?.[name] ?? state, at: now };
  });
  const next = Object.fromEntries(found.map((f) => [f.asset, f.state]));
  return { heard: found.filter((f): f is FreshnessEvent => f.state !== f.before), next };
}
