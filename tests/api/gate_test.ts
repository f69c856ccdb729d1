import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  type AuditEntry,
  BUILT_IN_ROLES,
  type Permission,
  type Principal,
  type Role,
} from "engine";
import { isApiPath } from "../../api/paths.ts";
import {
  type Access,
  createAccessApi,
  createApi,
  createFront,
  createGate,
  type Gate,
  groupsBy,
  NEEDS,
  undeclared,
} from "../../api/mod.ts";
import { createLayoutEngine, createUi, type Pages } from "../../ui/mod.ts";
import { FakeService } from "../ui/fake_service.ts";
import { cacheDir, now } from "../ui/site.ts";

const as = (...roles: Role[]): Principal => ({ kind: "person", id: "1", name: "Ada", roles });
const role = (name: string): Role => BUILT_IN_ROLES.find((role) => role.name === name)!;

/** Sign-in that is never asked here: its own tests are in `tests/access`. */
const never = () => Promise.reject(new Error("nobody signs in here"));
const noAccess: Access = {
  handle: never,
  identify: never,
  glance: never,
  welcome: never,
  failures: never,
  audit: never,
  lines: never,
};

/** Real routes over a fake service, as somebody; `reached` are the requests that got through. */
function site(who: Principal | undefined, audits: AuditEntry[] = []) {
  const service = new FakeService(now);
  const layout = createLayoutEngine();
  const people = createAccessApi(noAccess);
  const api = createApi(service);
  const ui: Pages = createUi({
    fetch: (request) => gate.inside(api.fetch)(request),
    layout,
    cacheDir,
    runbook: () => Promise.resolve("# Runbook"),
    now: () => now,
  });
  const gate: Gate = createGate({
    routes: [...api.routes, ...people.routes, ...ui.routes],
    identify: () => Promise.resolve(who),
    audit: (entry) => Promise.resolve(void audits.push(entry)),
    groupsOf: groupsBy(service),
  });
  const reached: string[] = [];
  const noted = (request: Request) => {
    reached.push(new URL(request.url).pathname);
    return new Response("reached");
  };
  return {
    gate,
    reached,
    routes: [...api.routes, ...people.routes, ...ui.routes],
    handle: createFront({ api: api.fetch, pages: ui.fetch, gate }),
    counting: createFront({ api: noted, pages: noted, gate }),
    [Symbol.dispose]() {
      layout[Symbol.dispose]();
      service.stop();
    },
  };
}

const ask = (method: string, path: string, body: unknown = {}) =>
  new Request(`http://localhost${path}`, {
    method,
    headers: { "content-type": "application/json" },
    ...(method === "GET" || method === "HEAD" ? {} : { body: JSON.stringify(body) }),
  });

/** A path that the pattern fits. */
const pathOf = (pattern: string) =>
  pattern.replaceAll(/:[a-z]+(\{[^}]*\})?/g, "some").replace("*", "some/thing");

Deno.test("every route of the API and of the pages declares what it needs", () => {
  using all = site(undefined);
  assertEquals(undeclared(all.routes), []);
});

Deno.test("every declaration is of a route that exists", () => {
  using all = site(undefined);
  const real = new Set(all.routes.map(({ method, path }) => `${method} ${path}`));
  assertEquals(Object.keys(NEEDS).filter((name) => !real.has(name)), []);
});

Deno.test("createGate() refuses to serve a route without a declaration", () => {
  const routes = [{ method: "GET", path: "/forgotten" }, { method: "ALL", path: "/*" }];
  const options = {
    routes,
    identify: () => Promise.resolve(undefined),
    audit: () => Promise.resolve(),
    groupsOf: () => Promise.resolve(undefined),
  };
  assertThrows(() => createGate(options), RangeError, '"GET /forgotten"');
});

/** Who is let through where; written apart from the code that decides it. */
const MAY: Readonly<Record<string, readonly (Permission | "public" | "self")[]>> = {
  nobody: ["public"],
  "no role": ["public", "self"],
  ops: ["public", "self", "view"],
  ml: ["public", "self", "view", "logs", "trigger", "cancel", "retry"],
  admin: ["public", "self", "view", "logs", "trigger", "cancel", "retry", "operate", "administer"],
};
const WHO: Readonly<Record<string, Principal | undefined>> = {
  nobody: undefined,
  "no role": as(),
  ops: as(role("ops")),
  ml: as(role("ml")),
  admin: as(role("admin")),
};

for (const [name, who] of Object.entries(WHO)) {
  Deno.test(`the gate lets ${name} through to exactly the routes of its role`, async () => {
    using all = site(who);
    for (const [route, { permission }] of Object.entries(NEEDS)) {
      const [method = "", pattern = ""] = route.split(" ");
      const before = all.reached.length;
      const request = ask(method === "ALL" ? "GET" : method, pathOf(pattern));
      const response = await all.counting(request);
      const passed = all.reached.length > before;
      await response.body?.cancel();
      assertEquals(passed, MAY[name]!.includes(permission), `${name} ${route}`);
      if (passed) continue;
      const isPage = method === "GET" && !isApiPath(pattern);
      assertEquals(response.status, who !== undefined ? 403 : isPage ? 302 : 401, route);
    }
  });
}

Deno.test("HEAD needs what GET needs, and other methods lead nowhere", async () => {
  using all = site(undefined);
  assertEquals((await all.counting(ask("HEAD", "/api/v1/runs"))).status, 401);
  assertEquals((await all.counting(ask("DELETE", "/api/v1/runs"))).status, 401);
  assertEquals((await all.counting(ask("GET", "/no/such/page"))).status, 302);
  assertEquals(all.reached, []);
});

Deno.test("a page shows no more than the one who looks at it may see", async () => {
  const page = async (name: string) => {
    using all = site(as(role(name)));
    const response = await all.handle(ask("GET", "/runs/7f3a91c2"));
    assertEquals(response.status, 200);
    return await response.text();
  };
  using all = site(as(role("ml")));
  const log = await all.handle(ask("GET", "/api/v1/runs/7f3a91c2/logs"));
  const lines = await log.json() as { message: string }[];
  const [ml, ops] = [await page("ml"), await page("ops")];
  const shown = lines.map((line) => line.message).filter((text) => ml.includes(text));
  assert(shown.length > 0, "the page of the ML team shows no line of the log");
  assertEquals(shown.filter((text) => ops.includes(text)), []);
});

Deno.test("a role that is limited to groups starts only what lies in them", async () => {
  const modellers: Role = { name: "m", permissions: ["view", "trigger"], groups: ["models"] };
  using all = site(as(modellers));
  const start = (selection: string) => all.handle(ask("POST", "/api/v1/runs", { selection }));
  assertEquals((await start("models/mood")).status, 202);
  assertEquals((await start("features/activity")).status, 403);
  assertEquals((await start("models/mood,features/activity")).status, 403);
  assertEquals((await start("group:(")).status, 403);
  assertEquals((await all.handle(ask("POST", "/api/v1/runs/7f3a91c2/cancel"))).status, 403);
});

Deno.test("deeds and denials are written down before they happen", async () => {
  const audits: AuditEntry[] = [];
  using all = site(as(role("ops")), audits);
  await all.handle(ask("GET", "/api/v1/runs"));
  await all.handle(ask("POST", "/api/v1/runs", { stale: true }));
  assertEquals(audits.map(({ action, outcome }) => [action, outcome]), [
    ["POST /api/v1/runs", "denied"],
  ]);
});

Deno.test("what cannot be written down is not done", async () => {
  using all = site(as(role("admin")));
  const failing: Gate = { ...all.gate, audit: () => Promise.reject(new Error("disk full")) };
  const reached: string[] = [];
  const answer = () => (reached.push("x"), new Response("done"));
  const front = createFront({ api: answer, pages: answer, gate: failing });
  assertEquals((await front(ask("POST", "/api/v1/runs", { stale: true }))).status, 503);
  assertEquals(reached, []);
});
