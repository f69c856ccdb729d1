import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  asset,
  attend,
  type Offsets,
  reading,
  request,
  ServiceUnavailableError,
  type TopicMessage,
  topicSensor,
} from "engine";
import kafkajs from "kafkajs";
import { kafkaTopics } from "../../../adapters/kafka/topic_reader.ts";
import { sensing, until } from "../../engine/run/sensing.ts";
import { testKafka } from "../../services/kafka.ts";
import { administer } from "./consume.ts";

const shared = await testKafka();
Deno.test.afterAll(async () => await shared[Symbol.asyncDispose]());

// kafkajs leaves timers of its connections behind for a moment.
const options = { sanitizeOps: false, sanitizeResources: false };

const client = new kafkajs.Kafka({ brokers: [...shared.brokers], logLevel: 0 });

/** Makes a topic of one part, or more, with messages in the first one. */
async function topicWith(
  values: readonly string[],
  numPartitions = 1,
  topic: string = crypto.randomUUID(),
): Promise<string> {
  const admin = client.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions }], waitForLeaders: true });
  await admin.disconnect();
  await send(topic, values);
  return topic;
}

async function send(topic: string, values: readonly string[], partition = 0): Promise<void> {
  const producer = client.producer();
  await producer.connect();
  const messages = values.map((value) => ({ key: "k", value, partition, headers: { of: "test" } }));
  await producer.send({ topic, messages });
  await producer.disconnect();
}

/** Reads until `enough` messages were taken. */
async function readSome(topic: string, enough: number, o: Offsets = {}, group = topic) {
  const stop = new AbortController();
  const taken: TopicMessage[] = [];
  await kafkaTopics({ brokers: shared.brokers })({
    topic,
    group,
    isFullName: false,
    signal: stop.signal,
    offsets: () => Promise.resolve(o),
    take(messages) {
      taken.push(...messages);
      // Not at once: the brokers are told of the place after this.
      if (taken.length >= enough) setTimeout(() => stop.abort(), 300);
      return Promise.resolve();
    },
  });
  return taken;
}

Deno.test("kafkaTopics() reads a topic in order, from its beginning", options, async () => {
  const topic = await topicWith(["a", "b", "c"]);
  const taken = await readSome(topic, 3);
  assertEquals(taken.map((m) => [m.partition, m.offset, m.key, m.value]), [
    [0, "0", "k", "a"],
    [0, "1", "k", "b"],
    [0, "2", "k", "c"],
  ]);
  assertEquals(taken[0]?.headers, { of: "test" });
});

Deno.test(
  "kafkaTopics() reads on from the given offsets, wherever the group stands",
  options,
  async () => {
    const topic = await topicWith(["a", "b", "c"]);
    await readSome(topic, 3); // the group is at the end now
    const taken = await readSome(topic, 2, { 0: "1" });
    assertEquals(taken.map((m) => m.value), ["b", "c"]);
  },
);

Deno.test(
  "kafkaTopics() puts the prefix before topic and group, unless they are full names",
  options,
  async () => {
    const [ours, theirs] = [crypto.randomUUID(), await topicWith(["theirs"])];
    await topicWith(["ours"], 1, `test.${ours}`);
    for (const [topic, isFullName] of [[ours, false], [theirs, true]] as const) {
      const stop = new AbortController();
      const taken: TopicMessage[] = [];
      await kafkaTopics({ brokers: shared.brokers, prefix: "test." })({
        topic,
        group: topic,
        isFullName,
        signal: stop.signal,
        offsets: () => Promise.resolve({}),
        take(messages) {
          taken.push(...messages);
          setTimeout(() => stop.abort(), 300); // the brokers are told of the place
          return Promise.resolve();
        },
      });
      assertEquals(taken.map((m) => m.value), [isFullName ? "theirs" : "ours"]);
      const group = isFullName ? topic : `test.${topic}`;
      const told = await administer(
        shared.brokers,
        (admin) => admin.fetchOffsets({ groupId: group, topics: [group] }),
      );
      assertEquals(told[0]!.partitions[0]!.offset, "1");
    }
  },
);

Deno.test("kafkaTopics() ends with what take() threw", options, async () => {
  const topic = await topicWith(["a"]);
  const boom = new RangeError("Cannot take: full");
  const reading = kafkaTopics({ brokers: shared.brokers })({
    topic,
    group: topic,
    isFullName: false,
    signal: new AbortController().signal,
    offsets: () => Promise.resolve({}),
    take: () => Promise.reject(boom),
  });
  assertEquals(await reading.then(() => undefined, (e) => e), boom);
});

Deno.test("kafkaTopics() says that it reaches no broker", options, async () => {
  const read = kafkaTopics({ brokers: ["127.0.0.1:1"] });
  const asked = read({
    topic: "t",
    group: "g",
    isFullName: false,
    signal: new AbortController().signal,
    offsets: () => Promise.resolve({}),
    take: () => Promise.resolve(),
  });
  await assertRejects(() => asked, ServiceUnavailableError, '127.0.0.1:1"');
});

Deno.test(
  "a topicSensor acts on each message once, although its code fails in between and two servers read",
  options,
  async () => {
    const topic = await topicWith(["1", "2", "3"], 2);
    const orders = asset({ name: "orders", materialize: () => 1 });
    const knobs = { fails: true };
    const orderTopic = topicSensor({
      name: "order_topic",
      topic,
      group: topic,
      *on({ value }) {
        if (value === "2" && knobs.fails) throw new RangeError("Cannot read order: gone");
        yield request(orders, { reason: `order ${value}` });
      },
    });
    const b = sensing({ orders, orderTopic });
    const stop = new AbortController();
    const it = {
      ...orderTopic,
      every: 50,
      source: { of: "topic" as const, topic, group: topic, isFullName: false },
    };
    const readTopic = kafkaTopics({ brokers: shared.brokers });
    const serve = async () => {
      while (!stop.signal.aborted) {
        const { waitMs } = await reading({ ...b, readTopic }, it, stop.signal);
        await new Promise((r) => setTimeout(r, Math.min(waitMs, 100)));
      }
    };
    const serving = serve();
    await until(async () => (await b.cursor("sensor:order_topic"))?.outcome === "failed");
    assertEquals(await b.reasons(), []);
    knobs.fails = false;
    b.forward(60_000);
    const second = serve();
    await send(topic, ["4", "5"], 1);
    await until(async () => (await b.reasons()).length === 5);
    stop.abort();
    await Promise.all([serving, second]);
    assertEquals((await b.reasons()).toSorted(), [1, 2, 3, 4, 5].map((n) => `order ${n}`));
    assertEquals((await b.cursor("sensor:order_topic"))?.value, { 0: "3", 1: "2" });
    // The same messages again are none.
    const given = [{
      partition: 0,
      offset: "2",
      key: null,
      value: "3",
      at: b.clock.at,
      headers: {},
    }];
    await attend(b, it, { now: b.clock.at, signal: new AbortController().signal, given });
    assert((await b.reasons()).length === 5);
  },
);
