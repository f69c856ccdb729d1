import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createHub, queueCapacity } from "../../api/hub.ts";
import { createApi } from "../../api/mod.ts";
import { FakeService } from "../ui/fake_service.ts";

/** Lets what is already due run. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

Deno.test("createHub() reads the service once for all clients, and stops with the last", async () => {
  const service = new FakeService();
  const hub = createHub(service);
  const [first, second] = [hub.subscribe(), hub.subscribe()];
  await settle();
  assertEquals(service.listeners, 1);
  service.emit({ type: "log", run: "r1" });
  assertEquals((await first.next(1_000))?.data, '{"type":"log","run":"r1"}');
  assertEquals((await second.next(1_000))?.event, "log");
  first.close();
  assertEquals(hub.size, 1);
  second.close();
  await settle();
  assertEquals(service.listeners, 0);
});

Deno.test("createHub() tells a client that does not read to reload", async () => {
  const service = new FakeService();
  const subscription = createHub(service).subscribe();
  await settle();
  for (let i = 0; i <= queueCapacity + 5; i++) service.emit({ type: "log", run: `r${i}` });
  await settle();
  assertEquals(await subscription.next(0), { event: "reload", data: "{}" });
  assertEquals(await subscription.next(0), undefined);
  service.emit({ type: "log", run: "after" });
  assertStringIncludes((await subscription.next(1_000))?.data ?? "", "after");
  subscription.close();
});

Deno.test("GET /events says hello, how to come back, and then what happens", async () => {
  const service = new FakeService();
  const abort = new AbortController();
  const request = new Request("http://localhost/events", { signal: abort.signal });
  const response = await createApi(service).fetch(request);
  assert(response.body !== null);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const hello = (await reader.read()).value ?? "";
  assertStringIncludes(hello, "event: hello");
  assertStringIncludes(hello, "retry: 1000");
  service.setStatus("features/sleep", "running");
  const next = (await reader.read()).value ?? "";
  assertStringIncludes(next, "event: asset");
  assertStringIncludes(next, '"status":"running"');
  await reader.cancel();
  abort.abort();
});
