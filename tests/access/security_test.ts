import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { writeAudit } from "../../adapters/postgres/access/audit.ts";
import { withPeer } from "../../api/mod.ts";
import { cookiesOf, firstAdmin, guardedSite, PASSWORD, signIn } from "./site.ts";

Deno.test("a session that was planted before the sign-in is worth nothing after it", async () => {
  await using site = await guardedSite();
  await firstAdmin(site);
  const planted = "aurora.session_token=planted.signature";
  const first = cookiesOf(await signIn(site, undefined, undefined, { cookie: planted }));
  const second = cookiesOf(await signIn(site, undefined, undefined, { cookie: first }));
  assert(!first.includes("planted") && first !== second, "the session is not a new one");
  assertEquals((await site.ask("/api/v1/runs", { cookie: planted })).status, 401);
  const [token] = await site.sql`select token from access.session limit 1`;
  const unsigned = `aurora.session_token=${token?.["token"]}`;
  assertEquals((await site.ask("/api/v1/runs", { cookie: unsigned })).status, 401);
});

Deno.test("scripts cannot read the cookie, other sites cannot send it", async () => {
  await using site = await guardedSite();
  await firstAdmin(site);
  for (const cookie of (await signIn(site)).headers.getSetCookie()) {
    assertMatch(cookie, /HttpOnly/i);
    assertMatch(cookie, /SameSite=Lax/i);
  }
  await using secure = await guardedSite({ url: "https://aurora.example.org" });
  await firstAdmin(secure);
  const answer = await signIn(secure);
  for (const cookie of answer.headers.getSetCookie()) assertMatch(cookie, /Secure/i);
  assertMatch(answer.headers.get("strict-transport-security") ?? "", /max-age=31536000/);
});

Deno.test("a page of another site changes nothing with the cookie of the one who looks", async () => {
  await using site = await guardedSite();
  await firstAdmin(site);
  const cookie = cookiesOf(await signIn(site));
  const foreign = { origin: "https://evil.example", "sec-fetch-site": "cross-site" };
  const before = (await site.service.runs({})).runs.length;
  for (const path of ["/api/v1/runs", "/api/auth/sign-out", "/api/auth/sign-in/email"]) {
    const answer = await site.ask(path, { cookie, body: { stale: true }, headers: foreign });
    assertEquals(answer.status, 403, path);
  }
  const form = { "content-type": "application/x-www-form-urlencoded" };
  const answer = await site.ask("/api/v1/runs", { cookie, body: "stale=true", headers: form });
  assertEquals(answer.status, 415);
  assertEquals((await site.service.runs({})).runs.length, before);
  assertEquals((await site.ask("/api/v1/runs", { cookie })).status, 200, "the session ended");
});

Deno.test("after ten wrong passwords the right one is refused there, and elsewhere not", async () => {
  await using site = await guardedSite();
  await firstAdmin(site);
  // better-auth answers 429 too, by its own count per minute.
  const statuses = new Set<number>();
  for (let i = 0; i < 10; i++) {
    statuses.add(
      (await signIn(site, undefined, `wrong password ${i}`, { peer: "10.0.0.1" })).status,
    );
  }
  assertEquals([...statuses], [401]);
  const refused = await signIn(site, undefined, undefined, { peer: "10.0.0.1" });
  assertEquals(refused.status, 429);
  assertEquals(refused.headers.getSetCookie(), []);
  assertEquals((await signIn(site, undefined, undefined, { peer: "10.0.0.2" })).status, 200);
});

Deno.test("who guesses from many places is refused everywhere", async () => {
  await using site = await guardedSite();
  await firstAdmin(site);
  for (let i = 0; i < 100; i++) {
    await writeAudit(site.sql, {
      who: undefined,
      action: "sign in",
      target: "ada@example.org",
      outcome: "failed",
      peer: `10.0.1.${i}`,
    });
  }
  assertEquals((await signIn(site, undefined, undefined, { peer: "10.0.0.2" })).status, 429);
});

Deno.test("an address that does not exist is answered like one that does", async () => {
  await using site = await guardedSite();
  await firstAdmin(site);
  const [known, unknown] = await Promise.all([
    signIn(site, "ada@example.org", "wrong password"),
    signIn(site, "eve@example.org", "wrong password"),
  ]);
  assertEquals([known.status, await known.text()], [unknown.status, await unknown.text()]);
});

Deno.test("a client cannot say where it comes from", () => {
  const request = new Request("http://localhost/", { headers: { "x-aurora-peer": "127.0.0.1" } });
  assertEquals(withPeer(request, "10.0.0.9").headers.get("x-aurora-peer"), "10.0.0.9");
});

Deno.test("no path leads out of the files of the pages", async () => {
  await using site = await guardedSite({ mode: "nobody" });
  for (
    const path of [
      "/static/x/..%2f..%2fdeno.json",
      "/static/x/%2fetc%2fpasswd",
      "/static/x/%2e%2e%2f%2e%2e%2fdeno.json",
      "/static/../../../../etc/passwd",
      "/api/v1/assets/..%2f..%2f..%2fetc%2fpasswd",
      "/assets/../../etc/passwd",
      "/lineage/panel/..%2f..%2fdeno.json",
    ]
  ) {
    const answer = await site.ask(path);
    const text = await answer.text();
    assertEquals(answer.status, 404, path);
    assert(!text.includes("root:x:0") && !text.includes("nodeModulesDir"), path);
  }
});

Deno.test("a body beyond all measure is refused, with and without a length", async () => {
  await using site = await guardedSite({ mode: "nobody" });
  const large = JSON.stringify({ selection: "x".repeat(5 << 20) });
  assertEquals((await site.ask("/api/v1/runs", { body: large })).status, 413);
  const streamed = new Request("http://127.0.0.1:8081/api/v1/runs", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: new Blob([large]).stream(),
  });
  assertEquals((await site.handle(streamed)).status, 413);
  const password = "x".repeat(20_000);
  assertEquals((await signIn(site, undefined, password)).status, 413);
});

Deno.test("nothing of a request becomes a header of its answer by a line break", async () => {
  await using site = await guardedSite();
  const answer = await site.ask("/assets/%0d%0aset-cookie:%20planted=1?q=%0d%0ax-planted:%201");
  assertEquals(answer.status, 302);
  assertEquals(answer.headers.getSetCookie(), []);
  assertEquals(answer.headers.get("x-planted"), null);
  assert(!/[\r\n]/.test(answer.headers.get("location") ?? ""));
});

Deno.test("the login page leads back into this site only", async () => {
  await using site = await guardedSite();
  const answer = await site.ask("//evil.example/x");
  assertMatch(answer.headers.get("location") ?? "", /^\/login\?to=%2F/);
});

Deno.test("what strangers wrote is shown as text", async () => {
  await using site = await guardedSite();
  await firstAdmin(site);
  const cookie = cookiesOf(await signIn(site));
  const script = "<script>alert(1)</script>";
  await site.ask(`/api/v1/runs/${encodeURIComponent(script)}/cancel`, { cookie, body: {} });
  await signIn(site, `${script}@example.org`, "wrong password");
  const who = { kind: "person", id: "1", name: script } as const;
  const entry = { who, action: script, target: script, outcome: "denied", peer: script } as const;
  await writeAudit(site.sql, { ...entry, detail: script });
  for (const path of ["/audit", `/assets?q=${encodeURIComponent(script)}`, `/${script}`]) {
    const text = await (await site.ask(path, { cookie })).text();
    assert(!text.includes(script), path);
    assertStringIncludes(text, "&lt;script&gt;", path);
  }
});

Deno.test("every answer carries the headers that keep browsers careful", async () => {
  await using site = await guardedSite();
  for (const path of ["/login", "/api/v1/runs", "/health", "/static/x/app.css", "/no/page"]) {
    const { headers } = await site.ask(path);
    assertEquals(headers.get("x-content-type-options"), "nosniff", path);
    assertEquals(headers.get("x-frame-options"), "DENY", path);
    assertEquals(headers.get("referrer-policy"), "same-origin", path);
  }
  const policy = (await site.ask("/login")).headers.get("content-security-policy") ?? "";
  for (const rule of ["default-src 'self'", "script-src 'self'", "frame-ancestors 'none'"]) {
    assertStringIncludes(policy, rule);
  }
});

const hostile = ["'; drop schema access cascade; --", "1' or '1'='1", "\\", "%00", "$1", "\u0000"];

Deno.test("no statement is made of what a caller says", async () => {
  await using site = await guardedSite();
  await firstAdmin(site);
  const cookie = cookiesOf(await signIn(site));
  for (const text of hostile) {
    const quoted = encodeURIComponent(text);
    assertEquals((await signIn(site, text, text)).status === 200, false, text);
    assertEquals(
      (await site.ask("/api/v1/runs", { token: text.replaceAll("\0", "") })).status,
      401,
    );
    const who = await site.ask(`/api/v1/access/audit?who=${quoted.replaceAll("%00", "")}`, {
      cookie,
    });
    assertEquals([who.status, await who.json()], [200, []], text);
    assertEquals((await site.ask(`/api/v1/access/audit?before=${quoted}`, { cookie })).status, 400);
    const body = { token: text, email: "eve@example.org", name: text, password: PASSWORD };
    assert([400, 403].includes((await site.ask("/api/v1/access/welcome", { body })).status), text);
  }
  const people = await site.sql`select email from access."user"`;
  assertEquals([...people], [{ email: "ada@example.org" }]);
});
