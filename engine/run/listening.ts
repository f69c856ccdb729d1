/**
 * Turns of sensors that are told by others: channels of the database, topics of the log.
 *
 * @module
 */
import type { Sensor } from "../declare/sensor.ts";
import { pause } from "../ledger/pause.ts";
import { attend, type Attended, failedToListen } from "./attend.ts";
import type { ListenTo, Offsets, ReadTopic } from "./ears.ts";
import { type Sensing, sensorCursor } from "./sense.ts";

/** Payloads that are kept while a sensor cannot look; beyond it looks for itself. */
const MOST_KEPT = 10_000;
/** Milliseconds that payloads are collected before a look: a burst is one look. */
const BURST_MS = 20;

/** Listens until the signal aborts: looks at each payload, after each gap, and every `every` milliseconds. */
export async function listening(
  o: Sensing & { readonly listenTo: ListenTo },
  sensor: Sensor & { readonly source: { readonly of: "channel" } },
  signal: AbortSignal,
): Promise<void> {
  const kept = new Kept();
  await using _line = await connected(o, sensor, kept, signal);
  while (!signal.aborted) {
    const given = [...kept.payloads];
    const seen = kept.heard;
    const turn = await attend(o, sensor, { now: new Date(), signal, given });
    if (turn.state === "moved") kept.drop(given.length);
    const isTold = turn.state === "moved" || turn.state === "again";
    if (isTold && kept.heard === seen && !(turn.state === "again" && given.length > 0)) {
      await kept.sleep(turn.waitMs, signal);
      await pause(BURST_MS, signal);
    } else await pause(isTold ? BURST_MS : turn.waitMs, signal);
  }
}

async function connected(
  o: Sensing & { readonly listenTo: ListenTo },
  sensor: Sensor & { readonly source: { readonly of: "channel" } },
  kept: Kept,
  signal: AbortSignal,
): Promise<AsyncDisposable> {
  const hearing = { payload: (text: string) => kept.put(text), gap: () => kept.ring() };
  while (!signal.aborted) {
    try {
      return await o.listenTo(sensor.source.channel, hearing, signal);
    } catch (error) {
      const turn = await failedToListen(o, sensor, error, new Date());
      await pause(turn.waitMs, signal);
    }
  }
  return { [Symbol.asyncDispose]: () => Promise.resolve() };
}

/** What was heard and not dealt with. */
class Kept {
  readonly payloads: string[] = [];
  /** Counts what was heard. */
  heard = 0;
  #hasLost = false;
  #wake = new AbortController();

  put(text: string): void {
    if (this.payloads.length >= MOST_KEPT) this.#hasLost = true;
    else this.payloads.push(text);
    this.ring();
  }
  /** Forgets what was dealt with; what there was no room for is looked for then. */
  drop(count: number): void {
    this.payloads.splice(0, count);
    if (!this.#hasLost || this.payloads.length > 0) return;
    this.#hasLost = false;
    this.ring();
  }
  ring(): void {
    this.heard++;
    this.#wake.abort();
  }
  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    this.#wake = new AbortController();
    await pause(ms, AbortSignal.any([signal, this.#wake.signal]));
  }
}

/** Ends a reading whose messages could not be dealt with; they are read again from the cursor. */
class NotTaken extends Error {
  override name = "NotTaken";
  constructor(readonly turn: Attended) {
    super(`Cannot take messages: the sensor is ${turn.state}`);
  }
}

/** Reads a topic until it cannot be read on, or the signal aborts; gives what its last turn came to. */
export async function reading(
  o: Sensing & { readonly readTopic: ReadTopic },
  sensor: Sensor & { readonly source: { readonly of: "topic" } },
  signal: AbortSignal,
): Promise<Attended> {
  const name = sensorCursor(sensor.name);
  const offsets = async () =>
    ((await o.ledger.cursors(name)).find((c) => c.name === name)?.value ?? {}) as Offsets;
  // Also what tells of a pause and of failures, and lets the first look be seen.
  const first = await attend(o, sensor, { now: new Date(), signal });
  if (first.state !== "moved") return { ...first, waitMs: Math.max(first.waitMs, 100) };
  try {
    await o.readTopic({
      topic: sensor.source.topic,
      group: sensor.source.group,
      isFullName: sensor.source.isFullName,
      signal,
      offsets,
      async take(messages) {
        for (;;) {
          const turn = await attend(o, sensor, { now: new Date(), signal, given: messages });
          if (turn.state === "moved") return;
          // Another member moved its own part of the topic: the cursor is one for all.
          if (turn.state !== "again") throw new NotTaken(turn);
        }
      },
    });
    return { state: "stopped", waitMs: 0 };
  } catch (error) {
    if (signal.aborted) return { state: "stopped", waitMs: 0 };
    if (error instanceof NotTaken) return error.turn;
    return await failedToListen(o, sensor, error, new Date());
  }
}
