import { assert, assertEquals } from "@std/assert";
import type { Principal } from "engine";
import { answerAs } from "../../api/asker.ts";
import { createApi } from "../../api/mod.ts";
import { FakeService } from "../ui/fake_service.ts";

const now = new Date("2025-01-28T08:30:00Z");
const ada: Principal = { kind: "person", id: "1", name: "ada@example.org", roles: [] };
const secret = "planted-api-word";

/** Asks the API as somebody. */
function site() {
  const service = new FakeService(now);
  const api = createApi(service);
  const ask = async (path: string, body?: string) => {
    const headers = { "content-type": "application/json" };
    const post = body === undefined ? {} : { method: "POST", headers, body };
    const answer = await answerAs(ada, () => api.request(`/api/v1/${path}`, post));
    const text = await answer.text();
    assert(!text.includes("planted"), text);
    return { status: answer.status, body: JSON.parse(text) };
  };
  return { service, ask };
}

Deno.test("connections are listed, changed, tested and removed, and tell who changed them", async () => {
  const { service, ask } = site();
  const listed = await ask("connections");
  assertEquals(listed.status, 200);
  assertEquals(listed.body.connections.length, 4);
  const made = JSON.stringify({ kind: "http", host: "h", extra: { token: secret, deep: [1] } });
  const added = await ask("connections/a%2Fb", made);
  assertEquals([added.status, added.body.name, added.body.changedBy], [
    200,
    "a/b",
    "ada@example.org",
  ]);
  assertEquals((await ask("connections/a%2Fb", made)).status, 409);
  const changed = await ask("connections/a%2Fb", JSON.stringify({ host: "i", replace: true }));
  assertEquals([changed.status, changed.body.host], [200, "i"]);
  assertEquals(service.connections.asked.at(-1), ["a/b", { host: "i" }]);
  assertEquals((await ask("connections/a%2Fb/test", "{}")).body.reached, true);
  assertEquals(await ask("connections/a%2Fb/remove", "{}"), { status: 200, body: {} });
  assertEquals((await ask("connections/a%2Fb/remove", "{}")).status, 404);
  assertEquals((await ask("connections/none/test", "{}")).status, 404);
  assertEquals((await ask("connection-keys/rotate", "{}")).body.rotated, 2);
});

Deno.test("a body that makes no sense is refused without a word of it", async () => {
  const { service, ask } = site();
  const bodies = [
    `{"kind": "http", "password": "${secret}`,
    `"${secret}"`,
    JSON.stringify({ password: [secret] }),
    JSON.stringify({ kind: "http", port: secret }),
    JSON.stringify({ kind: "http", extra: secret }),
    JSON.stringify({ kind: "http", host: secret.repeat(1_000) }),
  ];
  for (const body of bodies) assertEquals((await ask("connections/x", body)).status, 400, body);
  assertEquals(service.connections.asked, []);
});
