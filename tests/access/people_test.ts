import { PERMISSIONS } from "engine";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { giveRole } from "../../adapters/postgres/access/people.ts";
import { invite } from "../../adapters/postgres/access/invitations.ts";
import { cookiesOf, firstAdmin, firstLink, guardedSite, PASSWORD, signIn } from "./site.ts";

Deno.test("the first link makes one administrator, once", async () => {
  await using site = await guardedSite();
  const token = firstLink(site);
  const rows = await site.sql`select * from access.invitation`;
  assert(!JSON.stringify(rows).includes(token), "the link lies in the database");
  const account = { token, email: "ada@example.org", name: "Ada", password: PASSWORD };
  const send = (body: unknown) => site.ask("/api/v1/access/welcome", { body });
  assertEquals((await send({ ...account, password: "short" })).status, 400);
  assertEquals((await send({ ...account, token: "x".repeat(43) })).status, 403);
  const made = await send(account);
  assertEquals([made.status, await made.json()], [201, { role: "admin" }]);
  assertEquals((await send({ ...account, email: "eve@example.org" })).status, 403);
  const people = await site.sql`select email, role from access."user"`;
  assertEquals([...people], [{ email: "ada@example.org", role: "admin" }]);
});

Deno.test("of two who use a link at once one gets an account", async () => {
  await using site = await guardedSite();
  const token = firstLink(site);
  const answers = await Promise.all(
    ["a", "b", "c"].map((name) =>
      site.ask("/api/v1/access/welcome", {
        body: { token, email: `${name}@example.org`, name, password: PASSWORD },
      })
    ),
  );
  assertEquals(answers.map(({ status }) => status).sort(), [201, 403, 403]);
});

Deno.test("a link that is over leads nowhere", async () => {
  await using site = await guardedSite();
  const token = await invite(site.sql, { role: "ml", hours: 0, first: false });
  const body = { token, email: "late@example.org", name: "Late", password: PASSWORD };
  assertEquals((await site.ask("/api/v1/access/welcome", { body })).status, 403);
});

Deno.test("a person signs in, is known, and signs out", async () => {
  await using site = await guardedSite();
  await firstAdmin(site);
  assertEquals((await site.ask("/api/v1/runs")).status, 401);
  assertEquals((await signIn(site, undefined, "wrong password")).status, 401);
  const cookie = cookiesOf(await signIn(site));
  const me = await site.ask("/api/v1/access/me", { cookie });
  const known = { kind: "person", name: "ada@example.org", roles: ["admin"] };
  assertEquals(await me.json(), { ...known, may: PERMISSIONS });
  assertEquals((await site.ask("/api/v1/runs", { cookie })).status, 200);
  assertEquals((await site.ask("/api/auth/sign-out", { cookie, body: {} })).status, 200);
  assertEquals((await site.ask("/api/v1/runs", { cookie })).status, 401, "the session lives on");
});

Deno.test("a role that is taken away is gone at the next request", async () => {
  await using site = await guardedSite();
  await firstAdmin(site);
  const cookie = cookiesOf(await signIn(site));
  const start = () => site.ask("/api/v1/runs", { cookie, body: { stale: true } });
  assertEquals((await start()).status, 202);
  await giveRole(site.sql, "Ada@example.org", "ops");
  assertEquals((await start()).status, 403);
  await giveRole(site.sql, "ada@example.org", "");
  assertEquals((await site.ask("/api/v1/runs", { cookie })).status, 403);
});

Deno.test("nobody can give themselves an account or a role", async () => {
  await using site = await guardedSite();
  await firstAdmin(site);
  const eve = { email: "eve@example.org", name: "Eve", password: PASSWORD, role: "admin" };
  assertEquals((await site.ask("/api/auth/sign-up/email", { body: eve })).status, 401);
  await site.sql`update access."user" set role = 'ops'`;
  const cookie = cookiesOf(await signIn(site));
  const answer = await site.ask("/api/auth/update-user", { cookie, body: { role: "admin" } });
  assertEquals(answer.status, 404);
  const [row] = await site.sql`select role from access."user"`;
  assertEquals(row?.["role"], "ops");
});

Deno.test("without an account the loopback is open until there is the first one", async () => {
  await using site = await guardedSite({ mode: "until-first" });
  assertStringIncludes(site.said.join("\n"), "WARNING: there is no account yet");
  assertEquals((await site.ask("/api/v1/runs")).status, 200);
  await firstAdmin(site);
  assertEquals((await site.ask("/api/v1/runs")).status, 401);
  await site.sql`delete from access."user"`;
  assertEquals((await site.ask("/api/v1/runs")).status, 401, "it opened by itself");
});

Deno.test("--no-auth is said aloud", async () => {
  await using site = await guardedSite({ mode: "nobody" });
  assertMatch(site.said.join("\n"), /WARNING: --no-auth/);
  assertEquals((await site.ask("/api/v1/runs")).status, 200);
});

Deno.test("a page that needs an account leads to the login page and back", async () => {
  await using site = await guardedSite();
  const response = await site.ask("/assets?q=group%3Amodels");
  assertEquals(response.status, 302);
  assertEquals(response.headers.get("location"), "/login?to=%2Fassets%3Fq%3Dgroup%253Amodels");
  assertEquals((await site.ask("/login")).status, 200);
  assertEquals((await site.ask("/welcome")).status, 200);
});
