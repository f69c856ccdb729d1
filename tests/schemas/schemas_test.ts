import { assert, assertEquals } from "@std/assert";
import { z } from "zod";
import { envelope } from "engine";

const FOLDER = new URL("../../schemas/", import.meta.url);

/** Topics of the events that other systems read. */
const TOPICS = [
  "aurora.alerts",
  "aurora.engine.events",
  "aurora.features.updated",
  "aurora.predictions.generated",
  "aurora.quality.reported",
  "aurora.training.completed",
];

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

Deno.test("there is one schema for each topic", async () => {
  const names = (await Array.fromAsync(Deno.readDir(FOLDER))).map((entry) => entry.name);
  assertEquals(names.sort(), TOPICS.map((topic) => `${topic}.json`));
});

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
