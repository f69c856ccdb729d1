/**
 * What a server does besides answering: schedules, sensors, conditions, the dead, alerts.
 *
 * @module
 */
import type { NextTick } from "../decide/due.ts";
import type { Sensor } from "../declare/sensor.ts";
import type { SlowRule } from "../decide/slow.ts";
import type { Definitions } from "../graph/define.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { AlertChannel } from "../notice/channel.ts";
import type { Limits } from "../notice/exhausted.ts";
import { tellHost } from "../notice/hosts.ts";
import type { MeasuredAt, Measuring } from "../notice/vitals.ts";
import { watch } from "../notice/watch.ts";
import { Conditions } from "./automation.ts";
import { backfilling } from "./backfilling.ts";
import type { Lender } from "./lend.ts";
import { overtake } from "./overtaken.ts";
import { pause } from "../ledger/pause.ts";
import { attend, failedToListen } from "./attend.ts";
import type { Ears } from "./ears.ts";
import { listening, reading } from "./listening.ts";
import { tick } from "./tick.ts";

/** What the loops need. */
export interface LoopOptions {
  /** What exists. */
  readonly definitions: Definitions;
  /** Where everything is remembered. */
  readonly ledger: Ledger;
  /** Who opens resources for sensors. */
  readonly lender: Lender;
  /** How crons are read. */
  readonly next: NextTick;
  /** Who is told of alerts. */
  readonly channels: readonly AlertChannel[];
  /** Whether schedules and sensors run. */
  readonly schedules: boolean;
  /** What sensors are told by; a sensor whose source is not set up fails and says so. */
  readonly ears?: Ears;
  /** Measures resources; without it none is said to run short. */
  readonly measuring?: Measuring;
  /** From when on resources run short, unless people chose something else. */
  readonly limits?: Limits;
  /** Which steps count as running for long, unless people chose something else. */
  readonly slow?: SlowRule;
  /** Ends all loops. */
  readonly signal: AbortSignal;
  /** Milliseconds of silence after which a worker is given up. @default {10000} */
  readonly silentMs?: number;
  /** Milliseconds between looks for silent workers. @default {250} */
  readonly reapMs?: number;
  /** Milliseconds between looks for runs that took too long. @default {1000} */
  readonly expireMs?: number;
  /** Milliseconds between looks at freshness. @default {15000} */
  readonly watchMs?: number;
  /** Is told what went wrong in which loop; the loop goes on. */
  onTrouble(loop: string, error: unknown): void;
}

/** Milliseconds between looks for runs whose code is gone. */
const OVERTAKE_MS = 1_000;

/** A look of a loop; gives the milliseconds until the next one. */
type Look = () => Promise<number>;

/** Runs all loops until `signal` aborts. A loop that fails looks again, later and later; the others are not touched. */
export async function loops(o: LoopOptions): Promise<void> {
  const news = new Wakes();
  const latest: Latest = { measured: undefined };
  const running = [
    loop(o, "reaper", async () => (await o.ledger.reap(o.silentMs ?? 10_000), o.reapMs ?? 250)),
    loop(o, "overtaken", async () => (await overtake(o, new Date()), OVERTAKE_MS)),
    loop(o, "timeouts", async () => (await o.ledger.expire(), o.expireMs ?? 1_000)),
    loop(o, "conditions", judging(o), news),
    loop(o, "alerts", watching(o, latest), news),
    ...(o.measuring ? [loop(o, "vitals", measuring(o, o.measuring, latest))] : []),
    loop(o, "backfills", filling(o), news),
    loop(o, "news", () => listen(o, news)),
  ];
  if (o.schedules) {
    running.push(
      loop(o, "schedules", ticking(o)),
      ...o.definitions.sensors.map((s) => loop(o, `sensor ${s.name}`, sensing(o, s))),
    );
  }
  await Promise.all(running);
}

/** Sleeps at most 30 s, so that a clock that jumps is noticed. */
function ticking(o: LoopOptions): Look {
  return async () => {
    const soonest = await tick(o, new Date());
    const wait = soonest ? soonest.getTime() - Date.now() : 30_000;
    return Math.min(30_000, Math.max(20, wait));
  };
}

/** As runs end, which is news; the slow look is for news that were missed. */
function filling(o: LoopOptions): Look {
  const fill = backfilling(o.definitions, o.ledger);
  return async () => (await fill.look(new Date()), 30_000);
}

/** Whenever something happened; and when a cron of a condition ticks or an asset becomes late. */
function judging(o: LoopOptions): Look {
  const conditions = new Conditions(o.definitions, o.ledger);
  return async () => {
    await conditions.look(new Date());
    const wait = conditions.nextInstant - Date.now();
    return Math.min(30_000, Math.max(20, wait));
  };
}

/** A turn of a sensor; of one that is told by others, all its turns until it cannot hear any more. */
function sensing(o: LoopOptions, sensor: Sensor): Look {
  const { source } = sensor;
  const { listenTo, readTopic } = o.ears ?? {};
  if (source.of === "channel" && listenTo) {
    return async () => (await listening({ ...o, listenTo }, { ...sensor, source }, o.signal), 0);
  }
  if (source.of === "topic" && readTopic) {
    return async () => (await reading({ ...o, readTopic }, { ...sensor, source }, o.signal)).waitMs;
  }
  if (source.of === "channel" || source.of === "topic") {
    const error = new RangeError(
      `Cannot hear: sensor "${sensor.name}" is told by a ${source.of}, and this program is connected to none` +
        (source.of === "topic" ? '; set KAFKA_BROKERS or a connection "aurora_kafka"' : ""),
    );
    return async () => (await failedToListen(o, sensor, error, new Date())).waitMs;
  }
  return async () => (await attend(o, sensor, { now: new Date(), signal: o.signal })).waitMs;
}

/** What was measured last: by its own loop, since a queue of many steps is not counted at each of their facts. */
interface Latest {
  measured: MeasuredAt | undefined;
}

function measuring(o: LoopOptions, of: Measuring, latest: Latest): Look {
  return async () => {
    const at = new Date();
    latest.measured = { shared: await of.shared(), at };
    await tellHost(o.ledger, await of.host(at));
    return o.watchMs ?? 15_000;
  };
}

function watching(o: LoopOptions, latest: Latest): Look {
  return async () => {
    await watch(
      { ...o, measured: latest.measured, onTrouble: (e) => o.onTrouble("alerts", e) },
      new Date(),
    );
    return o.watchMs ?? 15_000;
  };
}

async function listen(o: LoopOptions, wakes: Wakes): Promise<number> {
  for await (const n of o.ledger.news(o.signal)) {
    if (n.of === "fact" || n.of === "gap") wakes.ring();
  }
  return 500;
}

/** Tells sleeping loops that something happened. */
class Wakes {
  readonly #sleeping = new Set<AbortController>();
  /** How often it rang: what rings during a look is not slept over. */
  rung = 0;
  ring(): void {
    this.rung++;
    for (const s of this.#sleeping) s.abort();
  }
  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    const woken = new AbortController();
    this.#sleeping.add(woken);
    await pause(ms, AbortSignal.any([signal, woken.signal]));
    this.#sleeping.delete(woken);
  }
}

/** Milliseconds that news are collected before a loop looks: a burst of facts is one look. */
const BURST_MS = 30;

async function loop(o: LoopOptions, name: string, look: Look, news?: Wakes): Promise<void> {
  let failures = 0;
  while (!o.signal.aborted) {
    let wait: number;
    const heard = news?.rung;
    try {
      wait = await look();
      failures = 0;
    } catch (error) {
      if (o.signal.aborted) return;
      o.onTrouble(name, error);
      wait = Math.min(30_000, 200 * 2 ** Math.min(failures++, 10));
    }
    if (!news || failures > 0) await pause(wait, o.signal);
    else {
      if (news.rung === heard) await news.sleep(wait, o.signal);
      await pause(BURST_MS, o.signal);
    }
  }
}
