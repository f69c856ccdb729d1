/** Traces into what steps call: SQL, Redis, Kafka, and the processes of isolated steps. @module */
import { assert, assertEquals } from "@std/assert";
import { testKafka } from "../../services/kafka.ts";
import { ledgerDatabase } from "../../services/ledger.ts";
import { testRedis } from "../../services/redis.ts";
import { type SpanSeen, type Traced, traced } from "./collector.ts";
import { SECRET_VALUE } from "./traced_project.ts";

const KINDS = { server: 2, client: 3, producer: 4, consumer: 5 } as const;

const kafka = await testKafka();
Deno.test.afterAll(async () => await kafka[Symbol.asyncDispose]());

/** A run of the site with everything that it touches. */
async function site(otel: "true" | "false"): Promise<Traced> {
  await using db = await ledgerDatabase();
  await using redis = await testRedis();
  return await traced("./traced_site.ts", {
    env: {
      OTEL_DENO: otel,
      DATABASE_URL: db.url,
      REDIS_URL: redis.url,
      KAFKA_BROKERS: kafka.brokers.join(","),
      TOPIC: `traced.${crypto.randomUUID()}`,
      PREFIX: `${crypto.randomUUID()}:`,
    },
  });
}

/** Names from a span up to the root of its trace. */
function way(spans: readonly SpanSeen[], of: SpanSeen): readonly string[] {
  const above = spans.find((s) => s.spanId === of.parentSpanId);
  return [of.name, ...above ? way(spans, above) : []];
}

const attributeOf = (span: SpanSeen, key: string) =>
  span.attributes.find((a) => a.key === key)?.value.stringValue;

const { spans, printed } = await site("true");
const post = spans.find((s) => s.kind === KINDS.server && s.name.startsWith("POST"))!;
const inTrace = (name: string): SpanSeen => {
  const found = spans.find((s) => s.name === name && s.traceId === post.traceId);
  assert(found, `no span "${name}" among ${[...new Set(spans.map((s) => s.name))].join(", ")}`);
  return found;
};
const below = (name: string) => spans.filter((s) => s.parentSpanId === inTrace(name).spanId);

Deno.test("statements of a step are below it, by names without values", () => {
  const sql = below("step touching").filter((s) =>
    attributeOf(s, "db.system.name") === "postgresql"
  );
  assertEquals(sql.map((s) => s.name), [
    "SELECT engine.visible",
    "CREATE",
    "INSERT scratch",
    "SELECT generate_series",
    "SELECT",
  ]);
  assertEquals(new Set(sql.map((s) => s.kind)), new Set([KINDS.client]));
  const failed = sql.at(-1)!;
  assertEquals([failed.status?.code, failed.status?.message], [2, "22P02"]);
  assertEquals(sql.slice(0, -1).map((s) => s.status?.code ?? 0), [0, 0, 0, 0]);
});

Deno.test("commands to Redis are below the step that gave them", () => {
  const redis = below("step touching").filter((s) => attributeOf(s, "db.system.name") === "redis");
  const names = redis.map((s) => s.name);
  assert(names.includes("SET") && names.includes("MGET"), names.join(", "));
});

Deno.test("a message carries on the trace of the run that caused it", () => {
  const [headers] = JSON.parse(printed) as [{ readonly traceparent: string }];
  const [, traceId, spanId] = headers.traceparent.split("-");
  const sent = spans.find((s) => s.spanId === spanId)!;
  assertEquals(traceId, post.traceId);
  assertEquals([sent.kind, sent.name.split(" ")[0]], [KINDS.producer, "send"]);
  const taken = spans.find((s) => s.parentSpanId === spanId)!;
  assertEquals([taken.kind, taken.name], [KINDS.consumer, sent.name.replace("send", "process")]);
  const inside = spans.find((s) => s.parentSpanId === taken.spanId)!;
  assertEquals([inside.name, inside.traceId], ["SELECT engine.outbox", post.traceId]);
});

Deno.test("the process of an isolated step is below the step, and its statements below that", () => {
  const sql = inTrace("SELECT engine.run");
  const names = way(spans, sql);
  assertEquals(names.slice(0, 3), ["SELECT engine.run", "process apart", "step apart"]);
  assert(names.includes(post.name), names.join(" < "));
});

Deno.test("what the ledger asks for a request is below the request", () => {
  const names = way(spans, inTrace("SELECT engine.submit"));
  assertEquals(names.slice(0, 2), ["SELECT engine.submit", "ledger.submit"]);
  assert(names.includes(post.name), names.join(" < "));
});

Deno.test("no span has a value in it, nor what nobody asked for", () => {
  assert(!JSON.stringify(spans).includes(SECRET_VALUE));
  const claims = spans.filter((s) => s.name.includes("claim") || s.name.includes("heartbeat"));
  assertEquals(claims, []);
});

Deno.test("a message has no traceparent unless traces were asked for", async () => {
  const off = await site("false");
  assertEquals(off.spans, []);
  const [headers] = JSON.parse(off.printed) as [Record<string, string>];
  assertEquals(Object.keys(headers).toSorted(), ["event-id", "run", "schema-version"]);
});
