/** Traces, as a collector hears them. @module */
import { assert, assertEquals } from "@std/assert";
import { ledgerDatabase } from "../../services/ledger.ts";
import { type SpanSeen, traced } from "./collector.ts";

async function spansOf(env: Readonly<Record<string, string>>): Promise<readonly SpanSeen[]> {
  await using db = await ledgerDatabase();
  return (await traced("./traced_program.ts", { args: [db.url], env })).spans;
}

Deno.test("a trace goes from what asked for a run through its steps into what they do", async () => {
  const spans = await spansOf({ OTEL_DENO: "true" });
  const named = (name: string) => spans.find((s) => s.name === name)!;
  const request = named("request");
  const good = spans.find((s) => s.name === "step good" && s.traceId === request.traceId)!;
  assertEquals(good.traceId, request.traceId);
  assertEquals(good.parentSpanId, named("ledger.submit").spanId);
  assert(spans.some((s) => s.name === "inside" && s.parentSpanId === good.spanId));
  assertEquals(named("ledger.submit").parentSpanId, request.spanId);
  const attributes = new Map(good.attributes.map((a) => [a.key, a.value.stringValue]));
  assertEquals(attributes.get("aurora.asset"), "good");
  assertEquals(attributes.get("aurora.state"), "success");
  const tick = named("tick schedule:daily");
  const ticked = spans.find((s) => s.name === "step good" && s.parentSpanId === tick.spanId);
  assertEquals(ticked?.traceId, tick.traceId);
  const bad = named("step bad");
  assertEquals(bad.traceId, request.traceId);
  assertEquals(bad.status?.code, 2);
  assert(bad.status?.message?.includes("bad"), bad.status?.message);
});

Deno.test("nothing is exported unless it was asked for", async () => {
  assertEquals(await spansOf({ OTEL_DENO: "false" }), []);
});
