import { assert, assertEquals, assertThrows } from "@std/assert";
import { asset, check, define, fail, type Ledger, partitions } from "engine";
import { createApi, createFront, openGate } from "../../api/mod.ts";
import { createLayoutEngine, createUi, type Pages } from "../../ui/mod.ts";
import { plan, step } from "../../engine/ledger/contract/subject.ts";
import { workAll } from "../engine/run/work_all.ts";
import { testLedger } from "../services/ledger.ts";
import { now, serviceOn } from "../services/service_on.ts";
import { cacheDir } from "../ui/site.ts";

const SCRIPT = `<script>alert("planted")</script><img src=x onerror=alert(1)>`;
const SQL = `'; drop schema engine cascade; select '`;

function declared() {
  const words = asset({
    name: "words",
    description: SCRIPT,
    owners: [SCRIPT],
    tags: [SCRIPT],
    materialize(_, context) {
      context.log(SCRIPT, { user: SCRIPT });
      context.report({ said: SCRIPT, [SCRIPT]: 1 });
      return 1;
    },
  });
  const polite = check(words, { name: "polite", run: () => fail(SCRIPT, { found: SCRIPT }) });
  const broken = asset({
    name: "broken",
    materialize(): never {
      throw new TypeError(SCRIPT);
    },
  });
  const daily = asset({
    name: "daily",
    partitions: partitions.daily({ start: "2025-01-01" }),
    materialize: () => 1,
  });
  return define({ words, polite, broken, daily });
}

/** API and pages over a ledger on PostgreSQL. */
function siteOn(ledger: Ledger, definitions: ReturnType<typeof declared>) {
  const service = serviceOn(ledger, definitions);
  const layout = createLayoutEngine();
  const api = createApi(service);
  const ui: Pages = createUi({
    fetch: (r) => gate.inside(api.fetch)(r),
    layout,
    cacheDir,
    now,
    runbook: () => Promise.resolve(""),
  });
  const gate = openGate([...api.routes, ...ui.routes]);
  const front = createFront({ api: api.fetch, pages: ui.fetch, gate });
  const ask = async (path: string, body?: unknown) =>
    await front(
      new Request(`http://localhost${path}`, {
        ...(body === undefined ? {} : {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(body),
        }),
      }),
    );
  return { ask, [Symbol.dispose]: () => layout[Symbol.dispose]() };
}

Deno.test("scripts in declarations, logs, metadata and errors are shown as text", async () => {
  await using made = await testLedger();
  const { ledger } = made;
  const definitions = declared();
  const runs: string[] = [];
  for (const name of ["words", "broken"]) {
    runs.push((await ledger.submit(plan([step(name)], { title: SCRIPT }))).run);
  }
  await workAll({ definitions, ledger, now: () => new Date() });
  using site = siteOn(ledger, definitions);
  const pages = runs.map((run) => `/runs/${run}`);
  let shown = 0;
  for (
    const path of [
      "/",
      "/lineage",
      "/lineage/panel/words",
      "/assets",
      "/assets/words",
      "/assets/broken",
      "/runs",
      "/alerts",
      ...pages,
    ]
  ) {
    const answer = await site.ask(path);
    const text = await answer.text();
    assertEquals(answer.status, 200, path);
    assert(!text.includes("<script>alert") && !text.includes("<img src=x"), path);
    if (text.includes("&lt;script&gt;alert")) shown++;
  }
  assert(shown >= 5, `it was planted, and shown on ${shown} pages only`);
});

Deno.test("no asset can have a name that is markup, a path or a statement", () => {
  for (
    const name of [SCRIPT, SQL, "../../etc/passwd", "a\r\nset-cookie: planted=1", "a?b", "%00"]
  ) {
    assertThrows(() => define({ [name]: asset({ name, materialize: () => 1 }) }), Error, "name");
  }
});

Deno.test("scripts in what people say of runs and silences are shown as text", async () => {
  await using made = await testLedger();
  using site = siteOn(made.ledger, declared());
  const started = await site.ask("/api/v1/runs", {
    assets: ["words"],
    reason: SCRIPT,
    triggeredBy: SCRIPT,
  });
  const { run } = await started.json() as { run: string };
  await site.ask(`/api/v1/runs/${run}/cancel`, { by: SCRIPT });
  const silenced = await site.ask("/api/v1/silences", {
    matcher: { asset: "words" },
    reason: SCRIPT,
    for: "2h",
    by: SCRIPT,
  });
  assertEquals(silenced.status, 200);
  for (const path of ["/runs", `/runs/${run}`, "/alerts"]) {
    const text = await (await site.ask(path)).text();
    assert(!text.includes("<script>alert") && !text.includes("<img src=x"), path);
    assert(text.includes("&lt;script&gt;alert"), `${path} does not show what was said`);
  }
});

Deno.test("statements in selections, keys, names and cursors reach no database", async () => {
  await using made = await testLedger();
  const definitions = declared();
  using site = siteOn(made.ledger, definitions);
  const q = encodeURIComponent(SQL);
  const reads = [
    `/api/v1/assets?selection=${q}`,
    `/api/v1/assets/${q}`,
    `/api/v1/assets/daily/partitions?from=${q}`,
    `/api/v1/assets/daily/why?partition=${q}`,
    `/api/v1/assets/daily/history?before=${q}`,
    `/api/v1/runs/${q}`,
    `/api/v1/runs/${q}/logs`,
    `/api/v1/runs?cursor=${q}`,
    `/api/v1/runs?job=${q}&asset=${q}`,
    `/api/v1/backfills/${q}`,
    `/api/v1/events?topic=${q}`,
    `/api/v1/quality?partition=${q}`,
  ];
  const writes: readonly (readonly [string, unknown])[] = [
    ["/api/v1/runs", { selection: SQL }],
    ["/api/v1/runs", { assets: ["daily"], partitions: [SQL] }],
    ["/api/v1/plan", { selection: SQL }],
    ["/api/v1/backfills", { selection: "daily", partitions: SQL }],
    [`/api/v1/jobs/${q}/trigger`, {}],
    [`/api/v1/runs/${q}/cancel`, { by: SQL }],
    [`/api/v1/pools/${q}`, { slots: 1 }],
    ["/api/v1/switches", { name: SQL, paused: true }],
  ];
  for (const path of reads) {
    const { status } = await site.ask(path);
    assert([200, 400, 404].includes(status), `${path} answered ${status}`);
  }
  for (const [path, body] of writes) {
    const { status } = await site.ask(path, body);
    assert([400, 404].includes(status), `${path} ${JSON.stringify(body)} answered ${status}`);
  }
  const said = await site.ask("/api/v1/runs", { assets: ["words"], reason: SQL, triggeredBy: SQL });
  assertEquals(said.status, 202);
  const { run } = await said.json() as { run: string };
  const view = await (await site.ask(`/api/v1/runs/${run}`)).json() as { run: { reason: string } };
  assertEquals(view.run.reason, SQL, "what was said is kept as it was");
});
