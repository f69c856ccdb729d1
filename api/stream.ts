import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import type { Hub } from "./hub.ts";

/** How often an idle stream shows that it lives, ms: under the 30 s after which proxies cut. */
const heartbeatMs = 15_000;

/** How long a browser waits before it connects again, ms. */
const retryMs = 1_000;

/** Sends everything that happens, from `hello` on, as server-sent events. */
export function stream(context: Context, hub: Hub): Response {
  context.header("cache-control", "no-store");
  context.header("x-accel-buffering", "no");
  return streamSSE(context, async (out) => {
    const subscription = hub.subscribe();
    out.onAbort(() => subscription.close());
    try {
      await out.writeSSE({ event: "hello", data: "{}", retry: retryMs });
      while (!out.aborted && !out.closed) {
        const event = await subscription.next(heartbeatMs);
        if (event !== undefined) await out.writeSSE({ event: event.event, data: event.data });
        else if (!out.aborted) await out.write(": alive\n\n");
      }
    } finally {
      subscription.close();
    }
  });
}
