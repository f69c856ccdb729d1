import { assert, assertEquals } from "@std/assert";
import { createToken } from "../../adapters/postgres/access/tokens.ts";
import { firstAdmin, guardedSite } from "./site.ts";

type Health = {
  readonly dependencies: readonly { readonly name: string; readonly detail: string }[];
};

Deno.test("probes need no account, and are told no more than which dependency answers", async () => {
  await using site = await guardedSite();
  await firstAdmin(site);
  for (const path of ["/health", "/ready", "/version"]) {
    const answer = await site.ask(path);
    assert([200, 503].includes(answer.status), `${path} ${answer.status}`);
  }
  const health = await (await site.ask("/health")).json() as Health;
  assert(health.dependencies.length > 0);
  assertEquals(health.dependencies.filter(({ detail }) => detail !== ""), []);
});

Deno.test("a token of Ops with the scope view reads metrics and the details of /health, and no more", async () => {
  await using site = await guardedSite();
  await firstAdmin(site);
  assertEquals((await site.ask("/metrics")).status, 401);
  assertEquals((await site.ask("/metrics", { headers: { authorization: "Bearer " } })).status, 401);
  const prometheus = {
    name: "prometheus",
    role: "ops",
    scopes: ["view"],
    days: 1,
    by: "test",
  } as const;
  const { token } = await createToken(site.sql, prometheus);
  assert([200, 404].includes((await site.ask("/metrics", { token })).status));
  const health = await (await site.ask("/health", { token })).json() as Health;
  assert(health.dependencies.some(({ detail }) => detail !== ""));
  assertEquals((await site.ask("/api/v1/runs", { token, body: { stale: true } })).status, 403);
});

Deno.test("where nobody signs in /health tells everything", async () => {
  await using site = await guardedSite({ mode: "nobody" });
  const health = await (await site.ask("/health")).json() as Health;
  assert(health.dependencies.some(({ detail }) => detail !== ""));
});
