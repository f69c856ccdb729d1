import { UnknownName } from "engine";
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { createToken, revokeToken, tokens } from "../../adapters/postgres/access/tokens.ts";
import { keepRole } from "../../adapters/postgres/access/roles.ts";
import { cookiesOf, firstAdmin, guardedSite, signIn } from "./site.ts";

const machine = { name: "ci", role: "ml", days: 1, by: "test" } as const;

Deno.test("a token may what its role allows, and lies in the database as a hash only", async () => {
  await using site = await guardedSite();
  const { id, token } = await createToken(site.sql, machine);
  assertMatch(token, /^aurora_[0-9a-f]{12}_[\w-]{43}$/);
  const rows = JSON.stringify(await site.sql`select *, encode(hash, 'base64') from access.token`);
  assert(!rows.includes(token.slice(-43)), "the secret lies in the database");
  assertEquals((await site.ask("/api/v1/runs", { token })).status, 200);
  assertEquals((await site.ask("/api/v1/runs", { token, body: { stale: true } })).status, 202);
  const pause = { name: "schedule:nightly", paused: true };
  assertEquals((await site.ask("/api/v1/switches", { token, body: pause })).status, 403);
  const [listed] = await tokens(site.sql);
  assertEquals(listed?.id, id);
  assert(listed?.usedAt instanceof Date, "it is not seen that it was used");
});

Deno.test("a token is refused once it is revoked, over, or changed by a letter", async () => {
  await using site = await guardedSite();
  const { id, token } = await createToken(site.sql, machine);
  const status = async (t: string) => (await site.ask("/api/v1/runs", { token: t })).status;
  const changed = token.slice(0, -1) + (token.endsWith("A") ? "B" : "A");
  for (const wrong of [changed, token.slice(0, -1), `${token}x`, "", "aurora_", "' or 1=1 --"]) {
    assertEquals(await status(wrong), 401, wrong);
  }
  assert(await revokeToken(site.sql, id));
  assert(!await revokeToken(site.sql, id));
  assertEquals(await status(token), 401);
  const short = await createToken(site.sql, { ...machine, days: 1e-9 });
  assertEquals(await status(short.token), 401);
});

Deno.test("a token with scopes may no more than they say", async () => {
  await using site = await guardedSite();
  const { token } = await createToken(site.sql, { ...machine, role: "admin", scopes: ["view"] });
  assertEquals((await site.ask("/api/v1/runs", { token })).status, 200);
  assertEquals((await site.ask("/api/v1/runs", { token, body: { stale: true } })).status, 403);
  assertEquals((await site.ask("/api/v1/access/audit", { token })).status, 403);
});

Deno.test("a wrong token is not helped by a session that comes with it", async () => {
  await using site = await guardedSite();
  await firstAdmin(site);
  const cookie = cookiesOf(await signIn(site));
  assertEquals((await site.ask("/api/v1/runs", { cookie, token: "wrong" })).status, 401);
});

Deno.test("a token with a role of one's own acts in its groups only", async () => {
  await using site = await guardedSite();
  const role = { name: "modellers", permissions: ["view", "trigger"], groups: ["models"] } as const;
  await keepRole(site.sql, role);
  const { token } = await createToken(site.sql, { ...machine, role: "modellers" });
  const start = async (selection: string) =>
    (await site.ask("/api/v1/runs", { token, body: { selection } })).status;
  assertEquals(await start("models/mood"), 202);
  assertEquals(await start("features/activity"), 403);
});

Deno.test("createToken() refuses roles that do not exist and lives without an end", async () => {
  await using site = await guardedSite();
  const misspelt = { ...machine, role: "adnim" };
  await assertRejects(() => createToken(site.sql, misspelt), UnknownName, "adnim");
  for (const days of [0, -1, 367, Infinity, NaN]) {
    await assertRejects(() => createToken(site.sql, { ...machine, days }), RangeError, "not up to");
  }
});
