/**
 * Everything that a server does without being asked: schedules, sensors, conditions, alerts, the relay of
 * events, lineage, metrics and housekeeping.
 *
 * @module
 */
import type { Ears, RefusedEvent } from "engine";
import type { KafkaOptions } from "./adapters/kafka/options.ts";
import type { App } from "./compose.ts";
import type { Print } from "./log.ts";

/** How the background of a server goes on. */
export interface GoOnOptions {
  /** Where the embedded database and objects lie; its disk is looked at. */
  readonly directory: string;
  /** Whether schedules and sensors run. */
  readonly schedules: boolean;
  /** One line, for people or programs. */
  readonly print: Print;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** Goes on until the signal aborts; what fails is told, and tried again. */
export async function goOn(app: App, o: GoOnOptions): Promise<void> {
  const { signal } = o;
  const { kafka } = app;
  const { logChannel, loops, nextTick } = await import("engine");
  const { channelsFromEnv } = await import("./adapters/alerts/from_env.ts");
  const { limitsFromEnv, slowFromEnv } = await import("./adapters/alerts/limits_from_env.ts");
  const { sharedVitals } = await import("./adapters/postgres/vitals.ts");
  const { hostVitals } = await import("./adapters/process/host_vitals.ts");
  const { keepHouse } = await import("./housekeeping.ts");
  const { errorFields } = await import("./log.ts");
  const { keepCounting } = await import("./metrics.ts");
  const trouble = (what: string) => (error: unknown) =>
    o.print(`${what}: ${error instanceof Error ? error.message : error}`, {
      level: "error",
      fields: { part: what, ...errorFields(error) },
    });
  const channels = channelsFromEnv((name) => app.env(name), { events: await eventsOf(kafka) });
  await Promise.all([
    loops({
      definitions: app.definitions,
      ledger: app.ledger,
      lender: app.lender,
      next: nextTick,
      channels: [logChannel(o.print), ...channels],
      limits: limitsFromEnv((name) => app.env(name)),
      slow: slowFromEnv((name) => app.env(name)),
      measuring: {
        host: (now) => hostVitals(o.directory, now),
        shared: () => sharedVitals(app.sql, { relays: kafka !== undefined }),
      },
      schedules: o.schedules,
      ears: await earsOf(app, kafka),
      signal,
      onTrouble: (loop, error) => trouble(loop)(error),
    }),
    kafka && relayEvents(app, kafka, trouble("relay"), signal),
    tellLineage(app, trouble("lineage"), signal),
    keepCounting(app.metrics, { signal, onTrouble: trouble("metrics") }),
    keepHouse(app, { signal, print: o.print, onTrouble: trouble("housekeeping") }),
  ]);
  await Promise.all(channels.map((channel) => channel.close?.()));
}

/** Opens a log of events for alerts, where there is a Kafka. */
async function eventsOf(kafka: KafkaOptions | undefined) {
  if (!kafka) return undefined;
  const { kafkaEventLog } = await import("./adapters/kafka/event_log.ts");
  return () => kafkaEventLog(kafka);
}

/** What sensors are told by: channels of the database, and topics if there is a Kafka. */
async function earsOf(app: App, kafka: KafkaOptions | undefined): Promise<Ears> {
  const { channelsOf } = await import("./adapters/postgres/channel.ts");
  const listenTo = channelsOf(app.env("DATABASE_DIRECT_URL") || app.database.url);
  if (!kafka) return { listenTo };
  const { kafkaTopics } = await import("./adapters/kafka/topic_reader.ts");
  return { listenTo, readTopic: kafkaTopics(kafka) };
}

/** Sends the outbox to Kafka. */
async function relayEvents(
  app: App,
  kafka: KafkaOptions,
  onTrouble: (error: unknown) => void,
  signal: AbortSignal,
) {
  const [{ relay, sign }, { kafkaEventLog }, { postgresOutbox }, { poolOf }] = await Promise.all([
    import("engine"),
    import("./adapters/kafka/event_log.ts"),
    import("./adapters/postgres/outbox.ts"),
    import("./compose.ts"),
  ]);
  const sql = poolOf(app, "aurora relay", 2);
  await using log = kafkaEventLog(kafka);
  const news = sign();
  const listening = (async () => {
    for await (const n of app.ledger.news(signal)) {
      if (n.of === "outbox" || n.of === "gap") news.give();
    }
  })();
  await relay({
    outbox: postgresOutbox(sql),
    log,
    signal,
    wake: news.wait,
    onNotice: (n) => {
      if (n.kind === "failed") onTrouble(n.error);
      if (n.kind === "refused") onTrouble(setAside(n));
    },
  });
  await listening;
  await sql.end({ timeout: 2 });
}

/** What people read of an event that the broker refused. */
const setAside = ({ event, reason }: RefusedEvent) =>
  `Event ${event.id} of topic "${event.topic}" is set aside, the broker refuses it: ${reason}`;

/** Tells by OpenLineage what runs made, if anybody is to hear it. */
async function tellLineage(app: App, onTrouble: (error: unknown) => void, signal: AbortSignal) {
  const { keepLineage, lineageSender, sendsLineage } = await import("./lineage.ts");
  if (!sendsLineage(app.env)) return;
  const [{ transitionFeed }, { poolOf }, { VERSION }] = await Promise.all([
    import("./adapters/postgres/transition_feed.ts"),
    import("./compose.ts"),
    import("./version.ts"),
  ]);
  const sql = poolOf(app, "aurora lineage", 1);
  await using sender = await lineageSender(app.env, app.kafka);
  const namespace = app.env("OPENLINEAGE_NAMESPACE") || "aurora";
  await keepLineage({
    feed: transitionFeed(sql),
    sender,
    context: { definitions: app.definitions, namespace, version: VERSION },
    signal,
    onTrouble,
  });
  await sql.end({ timeout: 2 });
}
