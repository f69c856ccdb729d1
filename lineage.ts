/**
 * Tells other systems by OpenLineage what runs made from what.
 *
 * @module
 */
import { pause, type TransitionFeed } from "engine";
import type { KafkaOptions } from "./adapters/kafka/options.ts";
import { eventOf, type LineageContext } from "./adapters/lineage/event.ts";
import { EventRefused, lineageHttp, type LineageSender } from "./adapters/lineage/http.ts";

/** Milliseconds between looks when there is nothing to tell. */
const POLL_MS = 2_000;
/** Transitions of one transaction. */
const BATCH = 100;
/** Milliseconds before a receiver that failed is tried again; doubled each time up to the last. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 60_000;

/** How {@linkcode keepLineage} works. */
export interface LineageOptions {
  readonly feed: TransitionFeed;
  readonly sender: LineageSender;
  readonly context: LineageContext;
  readonly signal: AbortSignal;
  /** Is told of what went wrong, and of every event that was refused. */
  onTrouble(error: unknown): void;
  /** @default {2000} */
  readonly pollMs?: number;
  /** @default {500} */
  readonly firstWaitMs?: number;
}

/**
 * Sends until the signal aborts; any number of servers may. While the receiver is away events wait in the ledger, which
 * keeps them however old they become. One that is refused is told and passed.
 */
export async function keepLineage(o: LineageOptions): Promise<void> {
  const { feed, sender, signal, pollMs = POLL_MS, firstWaitMs = FIRST_WAIT_MS } = o;
  let failures = 0;
  while (!signal.aborted) {
    try {
      const told = await feed.tell(BATCH, async (transition) => {
        signal.throwIfAborted();
        await sender.send(eventOf(transition, o.context)).catch((error) => {
          if (!(error instanceof EventRefused)) throw error;
          o.onTrouble(error);
        });
      });
      failures = 0;
      if (!told) await pause(pollMs, signal);
    } catch (error) {
      if (signal.aborted) return;
      o.onTrouble(error);
      await pause(Math.min(LONGEST_WAIT_MS, firstWaitMs * 2 ** Math.min(failures++, 20)), signal);
    }
  }
}

/** Whether lineage is sent anywhere. */
export const sendsLineage = (env: (name: string) => string): boolean =>
  env("OPENLINEAGE_URL") !== "" || env("OPENLINEAGE_KAFKA_TOPIC") !== "";

/**
 * Where lineage is sent, as the environment says: by HTTP, or to a topic as events are.
 *
 * @throws {RangeError} If a topic is named but no broker, or both a URL and a topic.
 */
export async function lineageSender(
  env: (name: string) => string,
  kafka: KafkaOptions | undefined,
): Promise<LineageSender> {
  const [url, topic] = [env("OPENLINEAGE_URL"), env("OPENLINEAGE_KAFKA_TOPIC")];
  if (url !== "" && topic !== "") {
    throw new RangeError("Cannot send lineage: set OPENLINEAGE_URL or OPENLINEAGE_KAFKA_TOPIC");
  }
  if (url !== "") {
    const [endpoint, apiKey] = [env("OPENLINEAGE_ENDPOINT"), env("OPENLINEAGE_API_KEY")];
    return lineageHttp({ url, endpoint, apiKey });
  }
  if (kafka === undefined) {
    throw new RangeError(
      "Cannot send lineage to OPENLINEAGE_KAFKA_TOPIC: neither KAFKA_BROKERS nor a connection " +
        '"aurora_kafka" is set',
    );
  }
  const { jsonSender } = await import("./adapters/kafka/json_sender.ts");
  const sender = jsonSender({ ...kafka, topic });
  return {
    name: `topic ${sender.topic}`,
    send: (event) => sender.send(`${event.job.namespace}/${event.job.name}`, event),
    [Symbol.asyncDispose]: () => sender[Symbol.asyncDispose](),
  };
}
