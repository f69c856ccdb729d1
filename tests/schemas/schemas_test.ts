import { assert, assertEquals } from "@std/assert";
import { z } from "zod";
import { type AlertRecord, envelope, type EventLog } from "engine";
import { eventChannel } from "../../adapters/alerts/events.ts";
import { emitters, publishers } from "./emitters.ts";

const FOLDER = new URL("../../schemas/", import.meta.url);

/** Topics of the events that the sources emit, and the one of alerts, which are sent by a channel. */
const EMITTERS = emitters();
const TOPICS = [...new Set(["aurora.alerts", ...EMITTERS.map((e) => e.topic)])].sort();

interface Example {
  readonly key: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

async function read(topic: string) {
  const text = await Deno.readTextFile(new URL(`${topic}.json`, FOLDER));
  const schema = JSON.parse(text) as z.core.JSONSchema.JSONSchema & { examples: Example[] };
  const example = schema.examples[0];
  assert(example);
  const validator = z.fromJSONSchema(schema);
  return { example, accepts: (message: unknown) => validator.safeParse(message).success };
}

/** What `envelope()` makes of an example's payload, as the broker gets it. */
function message(topic: string, { key, payload }: Example) {
  const event = {
    id: 1n,
    topic,
    key,
    eventId: crypto.randomUUID(),
    schemaVersion: 1,
    run: null,
    payload,
    createdAt: new Date("2025-01-27T06:00:00Z"),
  };
  return JSON.parse(JSON.stringify(envelope(event)));
}

Deno.test("there is one schema for each topic that the program emits to, and no other", async () => {
  const names = (await Array.fromAsync(Deno.readDir(FOLDER))).map((entry) => entry.name);
  assertEquals(names.sort(), TOPICS.map((topic) => `${topic}.json`));
});

Deno.test("events leave by the outbox and by the channel of alerts, and by no other way", () => {
  assertEquals(publishers(), ["adapters/alerts/events.ts", "engine/notice/publish_batch.ts"]);
});

Deno.test("the channel of alerts sends to the topic that has a schema", async () => {
  const topics: string[] = [];
  const close = () => Promise.resolve();
  const log: EventLog = {
    name: "memory",
    publish: (events) => Promise.resolve(void topics.push(...events.map((e) => e.topic))),
    close,
    [Symbol.asyncDispose]: close,
  };
  const channel = eventChannel({ open: () => log, baseUrl: "http://aurora" });
  const { example } = await read("aurora.alerts");
  const at = new Date("2025-01-27T06:00:00Z");
  const alert = { ...example.payload, id: "7", openedAt: at, resolvedAt: null, run: null };
  await channel.send(alert as unknown as AlertRecord, "open");
  assertEquals(topics, ["aurora.alerts"]);
});

for (const { file, topic, schemaVersion, payload } of EMITTERS) {
  Deno.test(`${file} emits what the schema of ${topic} says`, async () => {
    const { example } = await read(topic);
    assertEquals(payload, Object.keys(example.payload).sort());
    assertEquals(schemaVersion, 1);
  });
}

for (const topic of TOPICS) {
  Deno.test(`the schema of ${topic} takes its example, and what envelope() makes`, async () => {
    const { example, accepts } = await read(topic);
    assert(accepts(example));
    assert(accepts(message(topic, example)));
  });

  Deno.test(`the schema of ${topic} refuses what lacks or adds anything`, async () => {
    const { example, accepts } = await read(topic);
    const good = message(topic, example);
    for (const name of Object.keys(good)) {
      const { [name]: _, ...rest } = good;
      assert(!accepts(rest), `without ${name}`);
    }
    for (const name of Object.keys(example.payload)) {
      const { [name]: _, ...payload } = example.payload;
      assert(!accepts({ ...good, payload }), `without payload.${name}`);
    }
    assert(!accepts({ ...good, payload: { ...example.payload, more: 1 } }));
    assert(!accepts({ ...good, schema_version: 2 }));
    assert(!accepts({ ...good, topic: "aurora.other" }));
  });
}
