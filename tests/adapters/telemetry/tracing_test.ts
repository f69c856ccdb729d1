/** Traces, as a collector hears them. @module */
import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { ledgerDatabase } from "../../services/ledger.ts";

interface SpanSeen {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly status?: { readonly code?: number; readonly message?: string };
  readonly attributes: readonly {
    readonly key: string;
    readonly value: { stringValue?: string };
  }[];
}

interface Exported {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly { readonly spans: readonly SpanSeen[] }[];
  }[];
}

/** Runs the program beside this file; gives the spans that a collector was sent. */
async function spansOf(env: Readonly<Record<string, string>>): Promise<readonly SpanSeen[]> {
  await using db = await ledgerDatabase();
  const spans: SpanSeen[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (r) => {
    const body: unknown = await r.json();
    if (new URL(r.url).pathname === "/v1/traces") {
      spans.push(
        ...(body as Exported).resourceSpans.flatMap((x) => x.scopeSpans.flatMap((s) => s.spans)),
      );
    }
    return Response.json({});
  });
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-prompt",
      fromFileUrl(new URL("./traced_program.ts", import.meta.url)),
      db.url,
    ],
    env: {
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${server.addr.port}`,
      ...env,
    },
    stderr: "piped",
  }).output();
  await server.shutdown();
  assert(success, new TextDecoder().decode(stderr));
  return spans;
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
