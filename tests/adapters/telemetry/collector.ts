/** A receiver of OTLP over HTTP, and programs that send to it. @module */
import { assert } from "@std/assert";
import { fromFileUrl } from "@std/path";

/** A span as it was received. */
export interface SpanSeen {
  readonly name: string;
  readonly kind?: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly status?: { readonly code?: number; readonly message?: string };
  readonly attributes: readonly {
    readonly key: string;
    readonly value: { readonly stringValue?: string; readonly intValue?: unknown };
  }[];
}

interface Exported {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly { readonly spans: readonly SpanSeen[] }[];
  }[];
}

/** What a program did. */
export interface Traced {
  readonly spans: readonly SpanSeen[];
  readonly printed: string;
}

/** Runs a program beside this file with an environment; gives what a collector was sent until its end. */
export async function traced(
  program: string,
  o: { readonly args?: readonly string[]; readonly env: Readonly<Record<string, string>> },
): Promise<Traced> {
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
  const script = fromFileUrl(new URL(program, import.meta.url));
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-prompt", script, ...o.args ?? []],
    env: {
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${server.addr.port}`,
      ...o.env,
    },
    stdout: "piped",
    stderr: "piped",
  }).output();
  await server.shutdown();
  assert(success, new TextDecoder().decode(stderr));
  return { spans, printed: new TextDecoder().decode(stdout) };
}
