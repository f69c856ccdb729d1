/** What the guide promises of a broker that is slow, far away, silent or cut off. @module */
import { assert, assertEquals } from "@std/assert";
import { asset, reading, request, topicSensor } from "engine";
import { kafkaEventLog } from "../../../adapters/kafka/event_log.ts";
import { kafkaTopics } from "../../../adapters/kafka/topic_reader.ts";
import type { FaultProxy } from "../../services/fault_proxy.ts";
import { sensing, until } from "../../engine/run/sensing.ts";
import { kafkaBehind } from "./behind.ts";
import { type Client, relayBehind } from "./relaying.ts";

const behind = await kafkaBehind();
Deno.test.afterAll(async () => await behind[Symbol.asyncDispose]());

// Drivers leave timers of their connections behind for a moment.
const options = { sanitizeOps: false, sanitizeResources: false };
const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

interface Fault {
  readonly says: string;
  /** Whether a send fails, so that events may be there twice. */
  readonly doubles: boolean;
  /** After the first events were sent. */
  bring(proxy: FaultProxy): Promise<void> | void;
}

/** Events in one send; four of them are sent before the fault is brought. */
const BATCH = 100;

const FAULTS: readonly Fault[] = [
  {
    says: "is 100 ms away",
    doubles: false,
    bring: (proxy) => proxy.latency(50),
  },
  {
    says: "is behind a line of 100 kB/s",
    doubles: false,
    bring: (proxy) => proxy.slow(100_000),
  },
  {
    says: "is silent for 2 s",
    doubles: false,
    async bring(proxy) {
      proxy.blackHole();
      await wait(2_000);
      await proxy.heal();
    },
  },
  {
    says: "takes events for 12 s and does not answer",
    doubles: true,
    async bring(proxy) {
      proxy.blackHole("answers");
      await wait(12_000);
      await proxy.heal();
    },
  },
  {
    says: "refuses connections for 2 s",
    doubles: true,
    async bring(proxy) {
      proxy.refuse();
      proxy.cut();
      await wait(2_000);
      await proxy.heal();
    },
  },
];

for (const client of ["kafkajs", "platformatic"] as const satisfies readonly Client[]) {
  for (const { says, doubles, bring } of FAULTS) {
    Deno.test(`${client}: a broker that ${says} delays events only`, options, async () => {
      let isBrought = false;
      const { lost, outOfOrder, duplicates } = await relayBehind(behind, {
        client,
        events: 2_000,
        batch: BATCH,
        async onSent() {
          if (isBrought) return;
          isBrought = true;
          await bring(behind.proxy);
        },
      });
      assert(isBrought);
      assertEquals({ lost, outOfOrder }, { lost: 0, outOfOrder: 0 });
      assert(duplicates <= (doubles ? BATCH : 0), `${duplicates} duplicates`);
    });
  }
}

Deno.test("a sensor whose connections are cut acts on each message once", options, async () => {
  const { kafka, proxy } = behind;
  const topic = crypto.randomUUID();
  const orders = asset({ name: "orders", materialize: () => 1 });
  const orderTopic = topicSensor({
    name: "order_topic",
    topic,
    group: topic,
    *on({ headers }) {
      // A key of its own each time: a message that is acted upon twice is two runs.
      yield request(orders, { key: crypto.randomUUID(), reason: headers["event-id"]! });
    },
  });
  const b = sensing({ orders, orderTopic });
  await using log = kafkaEventLog({ brokers: kafka.brokers });
  const ids: string[] = [];
  const send = async (count: number) => {
    const some = Array.from({ length: count }, () => crypto.randomUUID());
    await log.publish(some.map((eventId, i) => ({
      ...{ id: BigInt(i), topic, key: "k", eventId, schemaVersion: 1, run: null, payload: {} },
      createdAt: new Date(0),
    })));
    ids.push(...some);
  };
  await send(5);
  const { cut } = proxy.counts;
  const stop = new AbortController();
  const source = { of: "topic" as const, topic, group: topic, isFullName: false };
  const readTopic = kafkaTopics({ brokers: kafka.brokers });
  const serving = (async () => {
    while (!stop.signal.aborted) {
      await reading({ ...b, readTopic }, { ...orderTopic, source, every: 50 }, stop.signal);
      b.forward(60_000); // a sensor that failed waits
      await wait(50);
    }
  })();
  for (const all of [5, 10, 15, 20]) {
    await until(async () => (await b.reasons()).length >= all);
    proxy.cut();
    if (all < 20) await send(5);
  }
  stop.abort();
  await serving;
  assert(proxy.counts.cut >= cut + 4, "connections were there to be cut");
  assertEquals((await b.reasons()).toSorted(), ids.toSorted());
});
