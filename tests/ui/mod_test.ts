import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ALERT_KINDS } from "engine";
import { FakeService } from "./fake_service.ts";
import { createSite, now } from "./site.ts";

async function read(path: string, service?: FakeService): Promise<string> {
  using site = createSite(service);
  const response = await site.get(path);
  assertEquals(site.errors, []);
  assertEquals(response.status, 200);
  return await response.text();
}

/** The text of a page: without tags, spaces made one. */
function text(html: string): string {
  return html.replace(/<[^>]+>/g, " ").replace(/\s+/g, " ");
}

Deno.test("/ says whether all is well, and every count links to what it counts", async () => {
  const page = await read("/");
  assertStringIncludes(
    text(page),
    "Something needs you 2 assets failed · 3 late · 1 check failing",
  );
  assertMatch(page, /href="\/assets\?status=failed"[^>]*><b>2<\/b>/);
  assertMatch(page, /href="\/assets\?freshness=late"[^>]*><b>3<\/b>/);
  assertStringIncludes(text(page), "PostgreSQL, embedded");
  assertStringIncludes(text(page), "feature_engineering_pipeline in 4 h");
});

Deno.test("/ tells which dependency is down", async () => {
  const service = new FakeService(now);
  service.down = ["redis"];
  const page = text(await read("/", service));
  assertStringIncludes(page, "redis is down");
  assertStringIncludes(page, "connection refused");
});

Deno.test("/connections is read without a script: where things are, who changed that, which keys encrypt", async () => {
  const page = text(await read("/connections"));
  assertStringIncludes(page, "warehouse postgres aurora at warehouse.example.com · database");
  assertStringIncludes(page, "changed 2 d ago by ada@example.org · key 0f0f0f0f0f0f");
  assertStringIncludes(page, "Reached 2 h ago : PostgreSQL 18.1");
  assertStringIncludes(page, "Not reached 1 h ago : no answer within 10000 ms");
  assertStringIncludes(
    page,
    'unreadable · file Cannot read connection "broken"'.replaceAll('"', "&quot;"),
  );
  assertStringIncludes(page, "What AWS Secrets Manager has is asked for by name");
  assertStringIncludes(page, "0f0f0f0f0f0f encrypts 2 connections");
});

Deno.test("/ says that all is well when it is", async () => {
  const service = new FakeService(now);
  const calm = await service.overview();
  service.overview = () =>
    Promise.resolve({
      ...calm,
      assets: { ...calm.assets, failed: 0 },
      freshness: { ...calm.freshness, late: 0 },
      failingChecks: [],
    });
  assertStringIncludes(text(await read("/", service)), "All is well");
});

Deno.test("/lineage counts every asset, whatever is collapsed", async () => {
  const all = "source,features,training,models,predictions,quality";
  for (const collapsed of ["", "models,quality", all]) {
    const page = await read(`/lineage?collapsed=${collapsed}`);
    assertStringIncludes(page, '<b data-region="count-failed">2</b>');
    assertStringIncludes(page, '<b data-region="count-stale">6</b>');
    assertStringIncludes(page, '<span data-region="stale">13</span>');
  }
});

Deno.test("/lineage shows a collapsed group as one node that opens it again", async () => {
  const page = await read("/lineage?collapsed=models,quality");
  assertMatch(page, /data-key="group:models"[^>]*href="\/lineage\?collapsed=quality"/);
  assertStringIncludes(text(page), "Expand group ▸ models 4 3 fresh · 1 need attention");
  assert(!page.includes('data-key="models/mood"'));
});

Deno.test("/lineage collapses nothing by itself below 150 assets, and all above", async () => {
  assertStringIncludes(await read("/lineage"), 'data-key="models/mood"');
  const service = new FakeService(now);
  const { nodes, ...rest } = await service.lineage();
  const many = Array.from(
    { length: 6 },
    (_, i) => nodes.map((node) => ({ ...node, name: `${node.name}_${i}` })),
  ).flat();
  service.lineage = () => Promise.resolve({ ...rest, nodes: many, edges: [], hash: "many" });
  const page = await read("/lineage", service);
  assertStringIncludes(text(page), "180 assets");
  assert(!page.includes('data-key="models/mood_0"'));
});

Deno.test("/lineage/match finds over all assets", async () => {
  const found = JSON.parse(await read("/lineage/match?q=group:models&status=failed"));
  const mood = { name: "models/mood", group: "models" };
  assertEquals(found, { all: false, found: [mood], problem: null });
  const both = JSON.parse(await read("/lineage/match?q=group:models%20%26%20status:failed"));
  assertEquals(both.found, [mood]);
});

Deno.test("a query that cannot be read is told beside the search", async () => {
  const { found, problem } = JSON.parse(await read("/lineage/match?q=colour:red"));
  assertEquals(found, []);
  assertStringIncludes(problem, '"colour:" is no field here');
  const page = text(await read("/assets?q=group:model"));
  assertStringIncludes(page, "Did you mean &quot;models&quot;?");
  assertStringIncludes(page, "0 of 30 assets");
});

Deno.test("/workers shows who works with which code, and who has the slots of a pool", async () => {
  const page = await read("/workers");
  const words = text(page);
  assertStringIncludes(words, "train-1:4021 default 2 of 4 3f9a0c12be77");
  assertStringIncludes(words, "88aa01d2c3f4 not that of this server");
  assertStringIncludes(words, "2 of 3 slots 5 predictions/energy [2025-01-28] (2)");
  assertMatch(page, /data-pool="warehouse"/);
});

Deno.test("/assets filters by status, freshness and words", async () => {
  assertStringIncludes(text(await read("/assets")), "30 assets");
  assertStringIncludes(text(await read("/assets?status=blocked")), "2 of 30 assets");
  assertStringIncludes(text(await read("/assets?freshness=late")), "3 of 30 assets");
  assertStringIncludes(text(await read("/assets?q=predictions/saved%2B")), "5 of 30 assets");
});

Deno.test("the page of an asset says why it is stale, and what it stands on", async () => {
  const page = await read("/assets/features/sleep");
  const words = text(page);
  assertStringIncludes(words, "Why it is stale");
  assertStringIncludes(words, "source/life_events [2025-01-28T00] changed at 06:02");
  assertStringIncludes(words, "at most 26 h old · built 7 h ago");
  assertStringIncludes(
    words,
    "runs when an upstream changes, unless something upstream is missing",
  );
  assertStringIncludes(words, "no_null_values critical, blocking passed: 0 of 181,240 rows");
  assertMatch(page, /<option value="2025-01-27T06"[^>]*selected/);
  assertEquals([...page.matchAll(/role="option"/g)].length, 90);
  assertEquals([...page.matchAll(/data-plot=/g)].length, 4);
});

Deno.test("the page of an asset shows how its promises stood over the last days", async () => {
  const page = await read("/assets/features/sleep");
  assertStringIncludes(text(page), "96.4 % on time");
  assertMatch(
    page,
    /class="ftl" role="img" aria-label="Freshness in the last days: 96.4 % on time"/,
  );
  const late = /<i class="failed" style="flex:21600000" title="(late for 6 h 0 min from [^"]+)"/;
  const [, words] = late.exec(page)!;
  assertStringIncludes(text(page), `Late once, 6 h 0 min in all ${words}`);
});

Deno.test("the page of an asset that is new counts from its first promise", async () => {
  const service = new FakeService(now);
  const asset = (await service.asset("features/sleep"))!;
  const [from, middle, to] = [3, 2, 1].map((h) => new Date(now.getTime() - h * 3_600_000));
  const told = async (states: readonly ["none", "ok" | "none"]) => {
    const times = [from, middle, to] as Date[];
    const freshnessTrack = states.map((state, i) => ({
      from: times[i]!.toISOString(),
      to: times[i + 1]!.toISOString(),
      state,
    }));
    service.asset = () => Promise.resolve({ ...asset, freshnessTrack });
    return text(await read("/assets/features/sleep", service));
  };
  assertStringIncludes(await told(["none", "ok"]), "100.0 % on time");
  assertStringIncludes(await told(["none", "none"]), "nothing was promised yet");
});

Deno.test("/automation tells what becomes of missed ticks, and why the last one failed", async () => {
  const words = text(await read("/automation"));
  assertStringIncludes(words, "missed ticks the newest is caught up");
  assertStringIncludes(words, "spread over 10 min 0 s");
  assertStringIncludes(words, "last tick Failed Cannot choose a slice: the calendar is gone");
});

Deno.test("the page of an asset tells when its condition asked, and what it lacks now", async () => {
  const page = await read("/assets/features/sleep");
  const words = text(page);
  assertStringIncludes(words, "now 2025-01-27 no no upstream changed since it was asked for");
  assertStringIncludes(words, "false no upstream changed since it was asked for");
  assertMatch(page, /<a href="\/runs\/51bc0d17">run 51bc0d17<\/a>/);
  assertStringIncludes(words, "3 further requests were not kept one by one");
});

Deno.test("the page of an asset that was never built says so", async () => {
  const words = text(await read("/assets/predictions/stress"));
  assertStringIncludes(words, "Never built");
  assertStringIncludes(words, "It was never built");
});

Deno.test("the page of an asset that does not exist names the nearest one", async () => {
  using site = createSite();
  const response = await site.get("/assets/features/activty");
  assertEquals(response.status, 404);
  assertStringIncludes(await response.text(), "Did you mean &quot;features/activity&quot;?");
  assertEquals((await site.get("/nowhere")).status, 404);
});

Deno.test("/runs shows backfills that go on, /backfills all, each in one row", async () => {
  const words = text(await read("/runs"));
  assertStringIncludes(words, "Backfills that go on");
  assertStringIncludes(words, "236 of 732 slices, 6 failed");
  assertStringIncludes(words, "17 of 53 1 active");
  assert(!words.includes("2025-01-20T00..2025-01-22T18"), "what has ended is on its own page");
  assert(!words.includes("8a11b2c3"), "a run of a backfill is not a row of its own");
  assertStringIncludes(text(await read("/runs?backfill=any")), "8a11b2c3");
  const own = text(await read("/runs?backfill=2"));
  assertStringIncludes(own, "Only those of backfill 2");
  assertStringIncludes(own, "8a11b2c3");
  assert(!own.includes("99e0c5aa"));
  const page = await read("/backfills");
  assertStringIncludes(
    text(page),
    "Running 2 ml_training_pipeline 2024-01-01..2024-12-31 · cli: the",
  );
  assertStringIncludes(text(page), "12 of 12 slices");
  assertStringIncludes(page, 'aria-label="32 %: 236 of 732 slices, 6 failed"');
  assertMatch(page, /data-backfill-action="pause" data-backfill="2" aria-label="Pause backfill 2"/);
  assert(!page.includes('data-backfill="1"'), "what has ended cannot be steered");
});

Deno.test("an asset with missing or failed slices has a button that builds them", async () => {
  const page = await read("/assets/models/mood");
  assertMatch(page, /data-fill="models\/mood"[^>]*>Build missing and failed <b>\d+<\/b>/);
});

Deno.test("/runs lists what failed with its error, and filters", async () => {
  const words = text(await read("/runs"));
  assertStringIncludes(words, "Cannot train: validation slice has 0 rows");
  assert(!text(await read("/runs?status=success")).includes("Cannot train"));
  assertStringIncludes(text(await read("/runs?limit=2")), "Older runs");
});

Deno.test("the page of a run shows attempts, waiting, the critical path and the log", async () => {
  const page = await read("/runs/7f3a91c2");
  assertStringIncludes(text(page), "features/exercise [2025-01-27], Success, 2 attempts");
  assertStringIncludes(
    text(page),
    "began with code 88aa01d2c3f4 , went on with 3f9a0c12be77",
  );
  assertMatch(page, /class="wait"/);
  assertMatch(page, /class="run fresh crit"/);
  assertMatch(page, /class="run failed"/);
  assertStringIncludes(text(page), "Cannot read events: &quot;connection reset&quot;");
  assertStringIncludes(page, 'data-run-action="cancel"');
  assertMatch(page, /aria-label="Cancel [^"]+"[^>]*data-step="[^"]+"/);
  assert(!page.includes("data-rerun"), "it has not ended yet");
});

Deno.test("the page of a failed run shows the error and its cause", async () => {
  const page = await read("/runs/0e99a3f4");
  assertStringIncludes(text(page), "models/mood failed [2025-01-27] after 1 attempt");
  assertStringIncludes(
    text(page),
    "because: Cannot split by time: 0 of 5,120 rows are after 2025-01-14",
  );
  assertStringIncludes(page, 'data-run-action="retry"');
  assertStringIncludes(page, 'data-rerun="0e99a3f4"');
  assert(!page.includes("data-step="), "no step of it can be cancelled any more");
});

Deno.test("/automation shows schedules with next ticks, and sensors with cursor and reason", async () => {
  const words = text(await read("/automation"));
  assertStringIncludes(words, "0 */6 * * * UTC");
  assertStringIncludes(words, "2025-01-28 12:00, in 4 h");
  assertStringIncludes(words, "created_at=2025-01-28T08:29:12Z");
  assertStringIncludes(words, "requested nothing: no integration is older than 48 h");
});

Deno.test("/plan shows what would run, in which order, and what may be stale afterwards", async () => {
  const service = new FakeService(now);
  const plan = service.plan.bind(service);
  service.plan = async (request) => ({
    ...await plan(request),
    becomesStale: [{ asset: "quality/report", partitions: 12 }],
  });
  const page = await read("/plan?q=models/mood&partition=2025-01-27", service);
  const words = text(page);
  assertStringIncludes(words, "1 step would run, in about 42.8 s. Nothing was started.");
  assertStringIncludes(words, "models/mood 2025-01-27 asked for — 21.4 s");
  assertStringIncludes(words, "May be stale afterwards 1 asset downstream");
  assertStringIncludes(words, "quality/report (12 slices)");
  assertStringIncludes(
    page,
    'data-run-plan="{&quot;selection&quot;:&quot;models/mood&quot;,&quot;partitions&quot;:[&quot;2025-01-27&quot;]}"',
  );
  assertEquals(service.calls, []);
  assertMatch(await read("/assets/models/mood"), /href="\/plan\?q=%2Bmodels%2Fmood"/);
});

Deno.test("/plan without a question is about all that is stale, and says if that is nothing", async () => {
  const service = new FakeService(now);
  const asked: unknown[] = [];
  service.plan = (request) => {
    asked.push(request);
    return Promise.resolve({ steps: [], expectedMs: null, becomesStale: [] });
  };
  const page = await read("/plan", service);
  assertStringIncludes(text(page), "Nothing would run.");
  assert(!page.includes("data-run-plan"));
  assertEquals(asked, [{ stale: true }]);
});

Deno.test("/automation/ahead shows runs, waiting and promises of days to come, and for which pool", async () => {
  assertMatch(await read("/automation"), /href="\/automation\/ahead"[^>]*>Days to come</);
  const page = await read("/automation/ahead?days=14&slots=2");
  const words = text(page);
  assertStringIncludes(words, "Simulated from 2025-01-28 08:30 to 2025-02-11 08:30 UTC");
  assertStringIncludes(words, "models/mood 2025-01-29 03:10 2025-01-29 03:30 warehouse");
  assertStringIncludes(words, "quality/report 2025-01-30 03:00 the end —");
  assertStringIncludes(words, "ml_training_pipeline 1 2025-01-29 02:00 Success 1 h 30 min 0 ms");
  assertStringIncludes(words, "pool warehouse 2 3 30 min 0 s 1 h 0 min 0");
  assertStringIncludes(words, "Assumed 30.0 s for what never ran: features/social.");
  assertMatch(page, /<option value="14" selected=""/);
  assertMatch(page, /name="slots"[^>]*value="2"/);
});

Deno.test("/automation/ahead says what is wrong with its question", async () => {
  using site = createSite();
  for (const query of ["days=soon", "days=400", "slots=0"]) {
    const response = await site.get(`/automation/ahead?${query}`);
    assertEquals(response.status, 400, query);
    assertStringIncludes(text(await response.text()), query.split("=")[0]!);
  }
});

Deno.test("/automation has a switch for each schedule and sensor, which says what it does", async () => {
  const service = new FakeService();
  service.setPaused("sensor:new_life_events", true);
  const page = await read("/automation", service);
  const of = (name: string) => page.match(new RegExp(`data-switch="${name}"[^>]*>`))?.[0] ?? "";
  assertStringIncludes(of("schedule:ml_training_pipeline"), 'data-to="paused"');
  assertStringIncludes(of("sensor:new_life_events"), 'data-to="resumed"');
  assertStringIncludes(of("sensor:new_life_events"), 'aria-pressed="true"');
  assertStringIncludes(text(page), "Resume : sensor new_life_events");
});

Deno.test("/quality shows scores, rules by severity, and another day", async () => {
  const words = text(await read("/quality"));
  assertStringIncludes(words, "98.7 Score of 100");
  assertStringIncludes(words, "in_the_future Rows where in the future life_events critical 2");
  assertStringIncludes(text(await read("/quality?partition=2025-01-20")), "Quality of 2025-01-20");
});

Deno.test("/quality says what to do when there is no report yet", async () => {
  const service = new FakeService(now);
  service.quality = () => Promise.resolve(undefined);
  assertStringIncludes(text(await read("/quality", service)), "No report yet");
});

Deno.test("/outbox and /alerts show events and episodes", async () => {
  const words = text(await read("/outbox?topic=aurora.features.updated"));
  assertStringIncludes(words, "no broker is configured");
  assertStringIncludes(words, "kept");
  const alerts = text(await read("/alerts"));
  assertStringIncludes(alerts, "Promised at most 6 h old, built 7 h ago");
  assertStringIncludes(alerts, "resolved 28 h ago");
});

Deno.test("pages forbid scripts and frames of others, and files may be kept for ever", async () => {
  using site = createSite();
  const page = await site.get("/");
  const policy = page.headers.get("content-security-policy") ?? "";
  assertStringIncludes(policy, "default-src 'self'");
  assertStringIncludes(policy, "frame-ancestors 'none'");
  assert(!/https?:/.test(policy));
  assert(!/(src|href)="https?:/.test(await page.clone().text()));
  const [path] = /\/static\/\w+\/app\.css/.exec(await page.text()) ?? [];
  assert(path !== undefined);
  const css = await site.get(path);
  assertEquals(css.status, 200);
  assertMatch(css.headers.get("cache-control") ?? "", /immutable/);
  assertEquals((await site.get("/favicon.svg")).status, 200);
});

Deno.test("the events page tells what the broker refused, and why", async () => {
  const page = await read("/outbox", new FakeService(now));
  assertStringIncludes(page, "refused: MESSAGE_TOO_LARGE: larger than the server will accept");
});

Deno.test("text from outside cannot become markup", async () => {
  const service = new FakeService(now);
  const events = await service.events();
  const [first] = events.events;
  assert(first !== undefined);
  const evil = { ...first, key: '<script>alert("x")</script>' };
  service.events = () => Promise.resolve({ ...events, events: [evil] });
  const page = await read("/outbox", service);
  assert(!page.includes("<script>alert"));
  assertStringIncludes(page, "&lt;script&gt;alert");
});

Deno.test("pages answer only under names that are known", async () => {
  using site = createSite();
  const foreign = await site.handle(new Request("http://evil.example/runs"));
  assertEquals(foreign.status, 421);
  assertEquals((await site.handle(new Request("http://127.0.0.1:8081/runs"))).status, 200);
});

Deno.test("/runbook has a part for each kind of alert, which each alert links to", async () => {
  const page = await read("/alerts");
  const runbook = await read("/runbook");
  for (const kind of ALERT_KINDS) assertStringIncludes(runbook, `<h2 id="${kind}">`);
  for (const kind of ["failed", "late", "check"]) {
    assertStringIncludes(page, `href="/runbook#${kind}"`);
  }
  assertStringIncludes(runbook, "<code>deno task retry RUN</code>");
});

Deno.test("/alerts tells how each rule stands, and who set it so", async () => {
  const page = text(await read("/alerts"));
  assertStringIncludes(page, "A step waits for a worker for more than 15m");
  assertStringIncludes(page, "built in, AURORA_ALERT_QUEUE is not set");
  assertStringIncludes(page, "An event waits to be sent for more than 10m AURORA_ALERT_OUTBOX");
  assertStringIncludes(
    page,
    "smtp is told of what is at least critical ada at 2025-01-27 21:00 UTC instead of warning by",
  );
});

Deno.test("/alerts tells who looks after an alert, and what a channel answered", async () => {
  const page = text(await read("/alerts"));
  assertStringIncludes(page, "acknowledged by ada 29 h ago: asked the registry");
  assertStringIncludes(page, "webhook failed 4 times, next try at");
  assertStringIncludes(page, "it answered 503");
});
