import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { auditLines, writeAudit } from "../../adapters/postgres/access/audit.ts";
import { cookiesOf, firstAdmin, guardedSite, PASSWORD, signIn } from "./site.ts";

Deno.test("the audit log tells who did what, and what was denied", async () => {
  await using site = await guardedSite();
  await firstAdmin(site);
  await signIn(site, undefined, "wrong password");
  const cookie = cookiesOf(await signIn(site));
  await site.ask("/api/v1/runs", { cookie, body: { stale: true } });
  await site.sql`update access."user" set role = 'ops'`;
  await site.ask("/api/v1/runs/7f3a91c2/cancel", { cookie, body: {} });
  const lines = await auditLines(site.sql, { limit: 10 });
  assertEquals(lines.map((l) => [l.who, l.action, l.target, l.outcome]).reverse(), [
    ["nobody", "use link", "ada@example.org", "allowed"],
    ["nobody", "sign in", "ada@example.org", "failed"],
    ["nobody", "sign in", "ada@example.org", "allowed"],
    ["ada@example.org", "POST /api/v1/runs", "/api/v1/runs", "allowed"],
    ["ada@example.org", "POST /api/v1/runs/:id/cancel", "/api/v1/runs/7f3a91c2/cancel", "denied"],
  ]);
  assert(!JSON.stringify(lines).includes(PASSWORD));
});

Deno.test("a connection and the audit log tell who changed it, and only administrators may", async () => {
  await using site = await guardedSite();
  await firstAdmin(site);
  const cookie = cookiesOf(await signIn(site));
  const body = { kind: "http", host: "h.example.com", password: "planted-audit-word" };
  const path = "/api/v1/connections/events";
  const made = await site.ask(path, { cookie, body });
  assertEquals((await made.json()).changedBy, "ada@example.org");
  assertEquals((await site.ask(path, { cookie, body })).status, 409);
  await site.sql`update access."user" set role = 'ml'`;
  for (const act of ["", "/test", "/remove"]) {
    assertEquals((await site.ask(path + act, { cookie, body: {} })).status, 403);
  }
  const listed = await site.ask("/api/v1/connections", { cookie });
  assertStringIncludes(await listed.text(), "h.example.com");
  const lines = await auditLines(site.sql, { limit: 5 });
  assertEquals(lines.map((l) => [l.who, l.action, l.target, l.outcome]).reverse(), [
    ["ada@example.org", "POST /api/v1/connections/:name", path, "allowed"],
    ["ada@example.org", "POST /api/v1/connections/:name", path, "allowed"],
    ["ada@example.org", "POST /api/v1/connections/:name", path, "denied"],
    ["ada@example.org", "POST /api/v1/connections/:name/test", `${path}/test`, "denied"],
    ["ada@example.org", "POST /api/v1/connections/:name/remove", `${path}/remove`, "denied"],
  ]);
  assert(!JSON.stringify(lines).includes("planted"));
});

Deno.test("rules of alerts are set by administrators only, and the audit log tells who did", async () => {
  await using site = await guardedSite();
  await firstAdmin(site);
  const cookie = cookiesOf(await signIn(site));
  const path = "/api/v1/alert-rules/queue";
  const set = () => site.ask(path, { cookie, body: { value: "30m" } });
  const statuses = [(await set()).status];
  for (const role of ["ml", "ops"]) {
    await site.sql`update access."user" set role = ${role}`;
    statuses.push((await set()).status, (await site.ask("/api/v1/alert-rules", { cookie })).status);
  }
  assertEquals(statuses, [200, 403, 200, 403, 200]);
  const lines = await auditLines(site.sql, { limit: 10 });
  const action = "POST /api/v1/alert-rules/:name";
  assertEquals(
    lines.filter((l) => l.action === action).map((l) => [l.who, l.target, l.outcome]).reverse(),
    ["allowed", "denied", "denied"].map((outcome) => ["ada@example.org", path, outcome]),
  );
});

Deno.test("the newest line comes first, and older ones on the next page", async () => {
  await using site = await guardedSite();
  const who = undefined;
  for (let i = 1; i <= 12; i++) {
    await writeAudit(site.sql, { who, action: "try", target: `${i}`, outcome: "denied", peer: "" });
  }
  const page = await auditLines(site.sql, { limit: 5 });
  assertEquals(page.map((line) => line.target), ["12", "11", "10", "9", "8"]);
  const older = await auditLines(site.sql, { limit: 2, before: page.at(-1)?.id });
  assertEquals(older.map((line) => line.target), ["7", "6"]);
});

Deno.test("the database refuses to change or remove a line", async () => {
  await using site = await guardedSite();
  await firstAdmin(site);
  for (
    const act of [
      () => site.sql`update access.audit set who = 'somebody else'`,
      () => site.sql`delete from access.audit`,
      () => site.sql`truncate access.audit`,
    ]
  ) {
    await assertRejects(async () => await act(), Error, "it is append-only");
  }
  assertEquals((await auditLines(site.sql, { limit: 10 })).length, 1);
});

Deno.test("the page of the audit log is for administrators", async () => {
  await using site = await guardedSite();
  await firstAdmin(site);
  const cookie = cookiesOf(await signIn(site));
  const page = await site.ask("/audit", { cookie });
  assertEquals(page.status, 200);
  assertStringIncludes(await page.text(), "use link");
  await site.sql`update access."user" set role = 'ml'`;
  assertEquals((await site.ask("/audit", { cookie })).status, 403);
  assertEquals((await site.ask("/api/v1/access/audit", { cookie })).status, 403);
});

Deno.test("deno task tokens, people and roles write down what they do", async () => {
  await using site = await guardedSite();
  const { run } = await import("../../tasks/access/commands.ts");
  const { writeAudit } = await import("../../adapters/postgres/access/audit.ts");
  const who = { kind: "cli", id: "root", name: "root" } as const;
  const call = (line: string, options: Record<string, string> = {}) => {
    const [what = "", verb = "", ...words] = line.split(" ");
    const baseUrl = "http://here";
    const text = (name: string) => options[name];
    return run(
      site.sql,
      { what, verb, words, who, baseUrl, isJson: false, text },
      (entry) => writeAudit(site.sql, { ...entry, who, peer: "", outcome: "allowed" }),
    );
  };
  await call("roles set growth view,trigger", { groups: "features,models" });
  assertStringIncludes((await call("roles list")).join("\n"), "features,models");
  const [token] = await call("tokens create ci", { role: "growth", days: "7" });
  assertEquals((await site.ask("/api/v1/runs", { token: token! })).status, 200);
  assertStringIncludes((await call("people invite ops"))[0]!, "http://here/welcome#");
  await assertRejects(
    () => call("people role nobody@example.org ops"),
    Error,
    "nobody@example.org",
  );
  await assertRejects(() => call("tokens creat ci"), SyntaxError, "no such command");
  assertStringIncludes((await call("audit list")).join("\n"), "tokens create");
  assert(!(await call("audit list")).join("\n").includes(token!));
});
