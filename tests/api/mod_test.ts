import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { z } from "@hono/zod-openapi";
import type { Service } from "engine";
import { createApi, isApiPath } from "../../api/mod.ts";
import * as alerting from "../../api/alert_routes.ts";
import * as crew from "../../api/crew_routes.ts";
import * as backfill from "../../api/backfill_schemas.ts";
import * as schema from "../../api/schemas.ts";
import * as simulation from "../../api/simulation_schemas.ts";
import { FakeService } from "../ui/fake_service.ts";

const json = { "content-type": "application/json" };

function post(body: unknown, headers: Record<string, string> = {}): RequestInit {
  return { method: "POST", headers: { ...json, ...headers }, body: JSON.stringify(body) };
}

const reads: readonly (readonly [string, z.ZodType])[] = [
  ["/api/v1/about", schema.About],
  ["/api/v1/overview", schema.Overview],
  ["/api/v1/lineage", schema.Lineage],
  ["/api/v1/assets", schema.AssetCard.array()],
  ["/api/v1/assets?selection=%2Bgroup%3Amodels&search=true", schema.AssetCard.array()],
  ["/api/v1/assets/features%2Factivity", schema.Asset],
  ["/api/v1/assets/features/activity", schema.Asset],
  ["/api/v1/assets/models%2Fmood", schema.Asset],
  ["/api/v1/assets/features%2Factivity/history?limit=3", schema.Materialization.array()],
  ["/api/v1/assets/features/activity/history", schema.Materialization.array()],
  ["/api/v1/assets/features%2Factivity/partitions", schema.Partitions],
  ["/api/v1/assets/features/activity/partitions?limit=5", schema.Partitions],
  ["/api/v1/assets/features%2Factivity/evaluations?limit=1", schema.Evaluations],
  ["/api/v1/assets/features/activity/evaluations", schema.Evaluations],
  ["/api/v1/jobs", schema.Job.array()],
  ["/api/v1/sensors", schema.Sensor.array()],
  ["/api/v1/simulation?days=1&slots=2", simulation.Simulation],
  ["/api/v1/runs", schema.Runs],
  ["/api/v1/runs?status=failed&limit=1", schema.Runs],
  ["/api/v1/runs/7f3a91c2", schema.Run],
  ["/api/v1/runs/7f3a91c2/logs?after=3&limit=2", schema.LogLine.array()],
  ["/api/v1/backfills", backfill.Backfill.array()],
  ["/api/v1/backfills?open=true&limit=1", backfill.Backfill.array()],
  ["/api/v1/backfills/2", backfill.Backfill],
  ["/api/v1/quality", schema.Quality],
  ["/api/v1/quality?partition=2025-01-20", schema.Quality],
  ["/api/v1/events?topic=aurora.features.updated", schema.Events],
  ["/api/v1/events?refused=true", schema.Events],
  ["/api/v1/alerts", schema.Alert.array()],
  ["/api/v1/silences", alerting.Silence.array()],
  ["/api/v1/workers", crew.Worker.array()],
  ["/api/v1/pools", crew.Pool.array()],
  ["/health", schema.Health],
  ["/version", schema.Version],
];
for (const [path, expected] of reads) {
  Deno.test(`GET ${path} answers what its schema says`, async () => {
    const response = await createApi(new FakeService()).request(path);
    assertEquals(response.status, 200);
    const answer = expected.safeParse(await response.json());
    assert(answer.success, answer.error?.message);
  });
}

Deno.test("GET /metrics answers in the text format of Prometheus, or not at all", async () => {
  const response = await createApi(new FakeService()).request("/metrics");
  const type = response.headers.get("content-type");
  assertEquals([response.status, type], [200, "text/plain; version=0.0.4; charset=utf-8"]);
  assertStringIncludes(await response.text(), "aurora_workers 1\n");
  const without = Object.assign(new FakeService(), { metrics: () => Promise.resolve(undefined) });
  assertEquals((await createApi(without).request("/metrics")).status, 404);
  assert(isApiPath("/metrics"));
});

Deno.test("GET /api/v1/simulation refuses what makes no sense", async () => {
  const api = createApi(new FakeService());
  for (const query of ["days=0", "days=40", "days=x", "slots=1.5"]) {
    const response = await api.request(`/api/v1/simulation?${query}`);
    assertEquals(response.status, 400, query);
    assertStringIncludes((await response.json()).message, query.split("=")[0]!);
  }
});

Deno.test("POST /api/v1/events/send-again sends all that are refused, or those that are named", async () => {
  const service = new FakeService();
  const asked: unknown[] = [];
  service.sendAgain = (ids) => {
    asked.push(ids);
    return Promise.resolve({ events: 2 });
  };
  const api = createApi(service);
  for (const body of [{}, { ids: ["898", "7"] }]) {
    const response = await api.request("/api/v1/events/send-again", post(body));
    assertEquals([response.status, await response.json()], [202, { events: 2 }]);
  }
  assertEquals(asked, [undefined, ["898", "7"]]);
  for (const ids of [[], ["x"], ["1; drop"], "all"]) {
    const response = await api.request("/api/v1/events/send-again", post({ ids }));
    assertEquals(response.status, 400, JSON.stringify(ids));
  }
  assertEquals(asked.length, 2);
});

Deno.test("GET /api/v1/events?refused=true tells only those, and why", async () => {
  const response = await createApi(new FakeService()).request("/api/v1/events?refused=true");
  const { events } = schema.Events.parse(await response.json());
  assertEquals(events.map((e) => e.id), ["898"]);
  assertMatch(events[0]!.refusedReason!, /^MESSAGE_TOO_LARGE/);
});

Deno.test("alerts are acknowledged, silenced and tried by POST", async () => {
  const api = createApi(new FakeService());
  const ask = async (path: string, body: unknown) => {
    const response = await api.request(path, post(body));
    return [response.status, await response.json()] as const;
  };
  const [ok, alert] = await ask("/api/v1/alerts/a3/acknowledge", { by: "ada", note: "mending" });
  assertEquals([ok, alert.acknowledged.by, alert.acknowledged.note], [200, "ada", "mending"]);
  const request = { matcher: { asset: "features/*" }, for: "2h", reason: "upgrade", by: "ada" };
  const [made, silence] = await ask("/api/v1/silences", request);
  assertEquals([made, silence.active, silence.by], [200, true, "ada"]);
  const [ended, over] = await ask(`/api/v1/silences/${silence.id}/end`, { by: "bob" });
  assertEquals([ended, over.active, over.endedBy], [200, false, "bob"]);
  const [accepted, test] = await ask("/api/v1/alerts/test", {});
  assertEquals([accepted, test.kind], [202, "test"]);
});

Deno.test("POST /api/v1/pools/{name} sets slots, and refuses what makes no sense", async () => {
  const api = createApi(new FakeService());
  const set = async (name: string, body: unknown) => {
    const response = await api.request(`/api/v1/pools/${name}`, post(body));
    return [response.status, await response.json()] as const;
  };
  assertEquals((await set("warehouse", { slots: 7 }))[1].slots, 7);
  assertEquals((await set("warehouse", { slots: null }))[1].slots, 3);
  for (const slots of [-1, 1.5, "4", undefined]) {
    assertEquals((await set("warehouse", { slots }))[0], 400);
  }
  const [status, { hint }] = await set("warehose", { slots: 1 });
  assertEquals([status, hint], [404, 'Did you mean "warehouse"?']);
});

Deno.test("GET limits and filters reach the service", async () => {
  const api = createApi(new FakeService());
  const history = await (await api.request("/api/v1/assets/models%2Fenergy/history?limit=3"))
    .json();
  assertEquals(history.length, 3);
  const models = encodeURIComponent("group:models & status:failed");
  const assets = await (await api.request(`/api/v1/assets?selection=${models}`)).json();
  assertEquals(assets.map((card: { name: string }) => card.name), ["models/mood"]);
  assertEquals((await api.request("/api/v1/assets?selection=%28models")).status, 400);
  assertEquals((await api.request("/api/v1/assets?selection=modles")).status, 404);
  const runs = await (await api.request("/api/v1/runs?status=failed")).json();
  assertEquals(runs.runs.map((run: { status: string }) => run.status), ["failed"]);
  const lines = await (await api.request("/api/v1/runs/7f3a91c2/logs?after=3&limit=2")).json();
  assertEquals(lines.map((line: { id: string }) => line.id), ["4", "5"]);
});

Deno.test("GET of an unknown asset says which name was probably meant", async () => {
  const response = await createApi(new FakeService()).request("/api/v1/assets/features%2Factivty");
  assertEquals(response.status, 404);
  assertEquals(await response.json(), {
    error: "not_found",
    message: 'Cannot find asset: "features/activty" does not exist',
    hint: 'Did you mean "features/activity"?',
  });
});

Deno.test("GET evaluations tells of the condition now and when it asked, of a known asset", async () => {
  const api = createApi(new FakeService());
  const read = (name: string) => api.request(`/api/v1/assets/${name}/evaluations?limit=1`);
  const found = await (await read("features/activity")).json();
  assertEquals(found.evaluations.map((e: { run: string | null }) => e.run), [null, "51bc0d17"]);
  assertEquals((await read("features/activty")).status, 404);
});

const refusals: readonly (readonly [string, string, RequestInit, number, string])[] = [
  ["an unknown path", "/api/v1/nothing", {}, 404, "/api/v1/nothing"],
  ["an unknown run", "/api/v1/runs/x", {}, 404, 'run: "x"'],
  ["an unknown report", "/api/v1/quality?partition=1999-01-01", {}, 404, "1999-01-01"],
  ["another method", "/api/v1/overview", { method: "DELETE", headers: json }, 405, "DELETE"],
  ["a limit that is no number", "/api/v1/runs?limit=many", {}, 400, "limit"],
  ["an unknown status", "/api/v1/runs?status=done", {}, 400, "status"],
  ["acknowledging an unknown alert", "/api/v1/alerts/9/acknowledge", post({}), 404, '"9"'],
  ["ending an unknown silence", "/api/v1/silences/9/end", post({}), 404, '"9"'],
  [
    "a silence of what no alert has",
    "/api/v1/silences",
    post({ matcher: { assets: "a" }, reason: "why", for: "1h" }),
    400,
    "assets",
  ],
  [
    "a silence without a reason",
    "/api/v1/silences",
    post({ matcher: {}, for: "1h" }),
    400,
    "reason",
  ],
  ["malformed JSON", "/api/v1/runs", { ...post(0), body: "{" }, 400, "JSON"],
  ["a request that names nothing", "/api/v1/runs", post({}), 400, "name what to run"],
  ["an unknown field", "/api/v1/runs", post({ stale: true, force: 1 }), 400, "force"],
  ["an unknown asset to run", "/api/v1/runs", post({ assets: ["models/mod"] }), 404, "models/mod"],
  ["an unknown job", "/api/v1/jobs/predicton_pipeline/trigger", post({}), 404, "predicton"],
  ["an unknown backfill", "/api/v1/backfills/9", {}, 404, "backfill"],
  ["cancelling an unknown backfill", "/api/v1/backfills/9/cancel", post({}), 404, '"9"'],
  ["a backfill of nothing", "/api/v1/backfills", post({}), 400, "name what to backfill"],
  ["a backfill in no runs", "/api/v1/backfills", post({ job: "a", chunk: 0 }), 400, "chunk"],
  ["many runs of an age", "/api/v1/runs/cancel", post({ olderThan: "soon" }), 400, "olderThan"],
  ["cancelling an unknown run", "/api/v1/runs/x/cancel", post({}), 404, '"x"'],
  [
    "a form of another site",
    "/api/v1/runs",
    post({ stale: true }, { origin: "https://evil.example" }),
    403,
    "evil.example",
  ],
  [
    "a script of another site",
    "/api/v1/runs",
    post({ stale: true }, { "sec-fetch-site": "cross-site" }),
    403,
    "origin",
  ],
  [
    "a body that is not JSON",
    "/api/v1/runs",
    { method: "POST", headers: { "content-type": "text/plain" }, body: "{}" },
    415,
    "text/plain",
  ],
  ["a foreign host", "http://evil.example/api/v1/about", {}, 421, "evil.example"],
];
for (const [what, path, init, status, message] of refusals) {
  Deno.test(`createApi() answers ${what} with ${status} and a problem`, async () => {
    const service = new FakeService();
    const response = await createApi(service).request(path, init);
    const body = await response.json();
    assertEquals(response.status, status);
    assertEquals(Object.keys(body), ["error", "message", "hint"]);
    assertStringIncludes(body.message, message);
    assertEquals(service.calls, []);
  });
}

Deno.test("405 names the methods that are allowed", async () => {
  const response = await createApi(new FakeService())
    .request("/api/v1/runs", { method: "PUT", headers: json });
  assertEquals(response.headers.get("allow"), "GET, POST");
});

Deno.test("createApi() hands errors that are not the caller's fault to onError", async () => {
  const seen: unknown[] = [];
  const broken = new FakeService();
  const failure = new Error("disk full");
  const service: Service = Object.assign(broken, { overview: () => Promise.reject(failure) });
  const api = createApi(service, { onError: (error) => seen.push(error) });
  const response = await api.request("/api/v1/overview");
  assertEquals(response.status, 500);
  assertEquals((await response.json()).error, "internal_error");
  assertEquals(seen, [failure]);
});

Deno.test("POST /api/v1/runs starts a run", async () => {
  const service = new FakeService();
  service.stepMs = 0;
  const response = await createApi(service).request(
    "/api/v1/runs",
    post({ assets: ["models/energy"], partitions: ["2025-01-27"] }, {
      origin: "http://localhost",
      "sec-fetch-site": "same-origin",
    }),
  );
  service.stop();
  assertEquals(response.status, 202);
  assertEquals((await response.json()).steps, 1);
  assertEquals(service.calls, ["materialize models/energy 2025-01-27"]);
});

Deno.test("POST trigger, cancel, retry and plan reach the service", async () => {
  const service = new FakeService();
  const api = createApi(service);
  const statuses: number[] = [];
  for (
    const [path, body] of [
      ["/api/v1/jobs/prediction_pipeline/trigger", { partition: "2025-01-27" }],
      ["/api/v1/runs/7f3a91c2/cancel", {}],
      ["/api/v1/runs/7f3a91c2/steps/2/cancel", { by: "ada" }],
      ["/api/v1/runs/0e99a3f4/retry", {}],
      ["/api/v1/runs/0e99a3f4/retry", { only: "group:models", downstream: true, inputs: "same" }],
      ["/api/v1/runs/cancel", { status: "queued", olderThan: "2h", dryRun: true }],
      ["/api/v1/runs/retry", { job: "x", since: "2025-01-27", expect: 2, by: "ada" }],
      ["/api/v1/plan", { selection: "group:models" }],
    ] as const
  ) statuses.push((await api.request(path, post(body))).status);
  assertEquals(statuses, [202, 202, 202, 202, 202, 202, 202, 200]);
  assertEquals(service.calls, [
    "trigger prediction_pipeline 2025-01-27",
    "cancel 7f3a91c2",
    "cancel 7f3a91c2 step 2 ada",
    "retry 0e99a3f4",
    "retry 0e99a3f4 only=group:models downstream=true inputs=same",
    'cancel {"status":"queued","olderThan":"2h","dryRun":true}',
    'retry {"job":"x","since":"2025-01-27","expect":2,"by":"ada"}',
  ]);
});

Deno.test("POST backfills, their plan and what steers them reach the service", async () => {
  const service = new FakeService();
  const api = createApi(service);
  const statuses: number[] = [];
  for (
    const [path, body] of [
      ["plan", { job: "ml_training_pipeline", partitions: ["2025-01-20..2025-01-22"] }],
      ["", { assets: ["models/mood"], only: ["missing", "failed"], chunk: "all" }],
      ["2/pause", {}],
      ["2/resume", {}],
      ["2/cancel", {}],
    ] as const
  ) {
    const url = `/api/v1/backfills/${path}`.replace(/\/$/, "");
    statuses.push((await api.request(url, post(body))).status);
  }
  assertEquals(statuses, [200, 202, 202, 202, 202]);
  assertEquals(service.calls, [
    "backfill models/mood missing+failed",
    "pause backfill 2",
    "resume backfill 2",
    "cancel backfill 2",
  ]);
});

Deno.test("/health is 503 when a required dependency is down, and names it", async () => {
  const service = new FakeService();
  const api = createApi(service);
  service.down = ["kafka"];
  assertEquals((await api.request("/health")).status, 200);
  assertEquals((await api.request("/ready")).status, 200);
  service.down = ["postgres"];
  const response = await api.request("/health");
  assertEquals(response.status, 503);
  const { dependencies } = await response.json();
  const postgres = dependencies.find((one: { name: string }) => one.name === "postgres");
  assertMatch(postgres.detail, /refused/);
  assertEquals((await api.request("/ready")).status, 503);
});

Deno.test("/api/openapi.json describes every route under /api/v1", async () => {
  const api = createApi(new FakeService());
  const document = await (await api.request("/api/openapi.json")).json();
  assertEquals(document.openapi, "3.1.0");
  const described = Object.entries(document.paths as Record<string, object>)
    .flatMap(([path, methods]) => Object.keys(methods).map((m) => `${m.toUpperCase()} ${path}`));
  const served = api.routes
    .filter((route) => route.path.startsWith("/api/v1/") && route.method !== "ALL")
    .map((route) => `${route.method} ${route.path.replaceAll(/:(\w+)/g, "{$1}")}`);
  assertEquals([...new Set(served)].filter((route) => !described.includes(route)), []);
  assert(served.length >= 20);
});

Deno.test("isApiPath() tells the API from the pages", () => {
  for (const path of ["/api/v1/runs", "/health", "/ready", "/version", "/events", "/api"]) {
    assert(isApiPath(path), path);
  }
  for (const path of ["/", "/runs", "/assets/features/events", "/apiary", "/outbox"]) {
    assert(!isApiPath(path), path);
  }
});

Deno.test("POST switches, ticks and tries sensors", async () => {
  const service = new FakeService();
  const api = createApi(service);
  const name = "schedule:ml_training_pipeline";
  const off = await api.request("/api/v1/switches", post({ name, paused: true }));
  assertEquals([off.status, await off.json()], [200, { name, paused: true, changed: true }]);
  assertEquals([...service.paused], [name]);
  const tick = await api.request(
    "/api/v1/schedules/ml_training_pipeline/tick",
    post({ at: "2025-01-27T06:00:00Z", dryRun: true }),
  );
  const ticked = schema.Tick.parse(await tick.json());
  assertEquals([ticked.tick, ticked.run], ["2025-01-27T06:00:00Z", null]);
  const sense = await api.request("/api/v1/sensors/new_life_events/sense", post({ cursor: [7] }));
  assertEquals(schema.Sense.parse(await sense.json()).cursor, [7]);
});

Deno.test("POST of a switch that is none is refused", async () => {
  const api = createApi(new FakeService());
  const body = { name: "nightly", paused: true };
  assertEquals((await api.request("/api/v1/switches", post(body))).status, 400);
});
