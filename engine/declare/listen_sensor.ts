/**
 * Sensors that are told: channels of Postgres and topics of Kafka.
 *
 * @module
 */
import type { None } from "./asset.ts";
import { declaredAt } from "./declared_at.ts";
import type { Duration } from "./duration.ts";
import type { Resources } from "./resource.ts";
import {
  rhythm,
  type RunRequest,
  type Sensor,
  type SensorContext,
  type SensorTraits,
  sensorTraits,
  type Widen,
} from "./sensor.ts";

/**
 * Declares a sensor that hears the payloads of `NOTIFY channel, payload`, in order. It is also asked without any payload:
 * at its first look, after a lost connection and every `every`, to look for what it may have missed; the cursor says from
 * where on. Every server hears every payload, so each request needs a `key`: that makes it one.
 *
 * @example
 * ```ts
 * import { asset, listenSensor, request } from "engine";
 *
 * const orders = asset({ name: "orders", materialize: () => 1 });
 * listenSensor({
 *   name: "new_orders",
 *   channel: "orders",
 *   cursor: 0,
 *   async *evaluate({ payloads, cursor }) {
 *     for (const id of payloads) yield request(orders, { key: id, reason: `order ${id}` });
 *     return Math.max(cursor, ...payloads.map(Number));
 *   },
 * });
 * ```
 */
export function listenSensor<Cursor, R extends Resources = None>(
  options: SensorTraits<R> & {
    /** What is listened to. */
    readonly channel: string;
    /** How often it looks for what was missed. @default {"60s"} */
    readonly every?: Duration;
    /** Where it starts. */
    readonly cursor: Cursor;
    evaluate(
      context: SensorContext<R> & {
        readonly cursor: Widen<NoInfer<Cursor>>;
        /** In the order in which they were sent; empty when it is to look for what was missed. */
        readonly payloads: readonly string[];
      },
    ): AsyncGenerator<RunRequest, Widen<NoInfer<Cursor>>, void>;
  },
): Sensor {
  const evaluate = options.evaluate as (context: unknown) => ReturnType<Sensor["evaluate"]>;
  return {
    ...sensorTraits(options),
    declaredAt: declaredAt(),
    source: { of: "channel", channel: options.channel },
    every: rhythm(options.name, options.every ?? "60s"),
    start: options.cursor,
    async *evaluate({ heard = [], ...context }) {
      const looking = evaluate({ ...context, payloads: heard });
      for (;;) {
        const { done, value } = await looking.next();
        if (done) return value;
        if (value.key === undefined) throw new TypeError(noKey(options.name, value));
        yield value;
      }
    },
  };
}

const noKey = (name: string, { asset }: RunRequest) =>
  `Cannot accept the request of sensor "${name}" for "${asset}": it has no key, and every server hears ` +
  `every payload; give it one, such as the payload`;

/** A message of a topic. */
export interface TopicMessage {
  /** Which part of the topic. */
  readonly partition: number;
  /** Place in that part, in decimal. */
  readonly offset: string;
  /** Messages of one key keep their order. */
  readonly key: string | null;
  /** The content as text; null if it was deleted. */
  readonly value: string | null;
  /** When it was written. */
  readonly at: Date;
  /** What was sent along. */
  readonly headers: { readonly [name: string]: string };
}

/**
 * Declares a sensor that reads a topic as a member of a group. The offsets are its cursor: they are remembered together
 * with the runs that the messages caused, so each message is acted upon once, whatever dies. Requests without a `key` get
 * the place of the message.
 *
 * @example
 * ```ts
 * import { asset, request, topicSensor } from "engine";
 *
 * const orders = asset({ name: "orders", materialize: () => 1 });
 * topicSensor({
 *   name: "orders_topic",
 *   topic: "shop.orders",
 *   *on({ value }) {
 *     yield request(orders, { reason: `order ${value}` });
 *   },
 * });
 * ```
 */
export function topicSensor<R extends Resources = None>(
  options: SensorTraits<R> & {
    /** What is read. */
    readonly topic: string;
    /** With whom the parts are shared. @default {"aurora.<name>"} */
    readonly group?: string;
    /**
     * Whether topic and group are named as the brokers have them, such as a topic of other people. Else
     * `KAFKA_TOPIC_PREFIX` is put before both. @default {false}
     */
    readonly isFullName?: boolean;
    on(
      message: TopicMessage,
      context: SensorContext<R>,
    ): Iterable<RunRequest> | AsyncIterable<RunRequest>;
  },
): Sensor {
  const { name, topic, group = `aurora.${name}`, isFullName = false } = options;
  const on = options.on as (message: unknown, context: unknown) => AsyncIterable<RunRequest>;
  return {
    ...sensorTraits(options),
    declaredAt: declaredAt(),
    source: { of: "topic", topic, group, isFullName },
    every: 5_000,
    start: {},
    async *evaluate({ heard = [], cursor, ...context }) {
      for (const message of heard as readonly TopicMessage[]) {
        const place = `${message.partition}:${message.offset}`;
        for await (const r of on(message, context)) yield { ...r, key: r.key ?? place };
      }
      return cursor;
    },
  };
}
