import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { chromium as engine, type Page } from "playwright-core";
import type { About, LineageView, RunView } from "../../engine/mod.ts";
import { CACHE } from "../services/provide.ts";
import { chromium } from "../services/chromium.ts";
import { type DemoDatabase, demoDatabase } from "./demo.ts";
import { serve, type Serving, until } from "./program.ts";

const args = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"];
const browser = await engine.launch({ executablePath: await chromium(), args });
Deno.test.afterAll(() => browser.close());

interface Visit {
  readonly page: Page;
  readonly server: Serving;
  readonly db: DemoDatabase;
  /** Opens a path and waits until the page is told of news. */
  open(path: string): Promise<void>;
}

/** A test in a real browser on a real server; a screenshot is left if it fails. */
function visit(name: string, act: (visit: Visit) => Promise<void>): void {
  // The browser outlives single tests, so their sanitizers would blame the wrong one.
  Deno.test({ name, sanitizeOps: false, sanitizeResources: false, fn: () => visited(name, act) });
}

async function visited(name: string, act: (visit: Visit) => Promise<void>): Promise<void> {
  await using db = await demoDatabase();
  await using server = await serve({ env: db.env, words: ["--no-schedules"] });
  const context = await browser.newContext({ viewport: { width: 1600, height: 900 } });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  try {
    await act({
      page,
      server,
      db,
      async open(path) {
        await page.goto(server.url + path);
        await page.waitForSelector("#live.on");
      },
    });
    assertEquals(errors, []);
  } catch (error) {
    const folder = join(CACHE, "screenshots");
    await Deno.mkdir(folder, { recursive: true });
    const path = join(folder, `e2e-${name.replace(/\W+/g, "-")}.png`);
    await page.screenshot({ path });
    throw error;
  } finally {
    await context.close();
  }
}

/** Edits an event that features see, as the application would, and observes the table again. */
async function edit({ db, server }: Pick<Visit, "db" | "server">): Promise<void> {
  await db.sql`
    update aurora_life.life_events set updated_at = now(), duration_minutes = duration_minutes + 1
    where id = (select e.id from aurora_life.life_events e, aurora_life.demo_population p
      where event_type = 'sleep' and duration_minutes > 60
        and ended_at between end_at - interval '3 days' and end_at limit 1)`;
  const { run } = await server.ask<{ run: string }>("/api/v1/runs", {
    assets: ["source/life_events"],
  });
  await until(async () => {
    const view = await server.ask<RunView>(`/api/v1/runs/${run}`);
    return view.run.status === "success";
  }, { what: "the source to be observed" });
}

/** Keeps everybody from the events until it is let go: steps that read them go on running. */
async function hold(db: DemoDatabase): Promise<() => Promise<void>> {
  const held = Promise.withResolvers<void>();
  const free = Promise.withResolvers<void>();
  const holding = db.sql.begin(async (tx) => {
    await tx`lock table aurora_life.life_events in access exclusive mode`;
    held.resolve();
    await free.promise;
  });
  await held.promise;
  return async () => {
    free.resolve();
    await holding;
  };
}

visit("the lineage shows every asset", async ({ page, server, open }) => {
  await open("/lineage");
  const { nodes } = await server.ask<LineageView>("/api/v1/lineage");
  const { counts } = await server.ask<About>("/api/v1/about");
  assertEquals(nodes.length, counts.assets);
  for (const { name, status } of nodes) {
    assertEquals(await page.locator(`[data-key="${name}"].${status}`).count(), 1, name);
  }
});

visit(
  "an edit of the source makes an asset stale, a click makes it fresh",
  async (v) => {
    const { page, open, db } = v;
    await open("/assets/features/sleep");
    await page.evaluate("window.untouched = true");
    await page.waitForSelector('[data-asset="features/sleep"].fresh');
    await edit(v);
    await page.waitForSelector('[data-asset="features/sleep"].stale');
    await page.waitForSelector("text=source/life_events");
    const letGo = await hold(db);
    await page.getByRole("button", { name: "Materialize" }).click();
    await page.waitForSelector('[data-asset="features/sleep"].running');
    await letGo();
    await page.waitForSelector('[data-asset="features/sleep"].fresh');
    assertEquals(await page.evaluate("window.untouched"), true);
  },
);

visit("materialize stale on the lineage runs all that is stale, live", async (v) => {
  const { page, server, open } = v;
  await edit(v);
  await open("/lineage");
  await page.waitForSelector('[data-key="features/sleep"].stale');
  const { staleTargets } = await server.ask<LineageView>("/api/v1/lineage");
  assert(staleTargets.length >= 4, staleTargets.join());
  await page.locator("#mat").click();
  await page.waitForSelector('[data-key="features/sleep"].fresh');
  await page.waitForSelector('[data-key="features/online"].fresh');
  await page.waitForFunction("document.querySelector('#mat').disabled", { timeout: 60_000 });
  assertEquals((await server.ask<LineageView>("/api/v1/lineage")).staleTargets, []);
});

visit(
  "the page of a run shows its steps and its log as they come",
  async ({ page, server, db, open }) => {
    const letGo = await hold(db);
    const job = "/api/v1/jobs/ml_training_pipeline/trigger";
    const { run } = await server.ask<{ run: string }>(job, {});
    await open(`/runs/${run}`);
    await page.evaluate("window.untouched = true");
    await page.waitForSelector("text=Running");
    const lines = () => page.locator(".ln").count();
    const before = await lines();
    await letGo();
    await page.waitForSelector(
      "main:has-text('Success')",
    );
    const view = await until(async () => {
      const found = await server.ask<RunView>(`/api/v1/runs/${run}`);
      return found.run.status === "success" && found;
    }, { what: "the run to end" });
    assertEquals(view.steps.length, 7);
    const logged = await server.ask<readonly unknown[]>(`/api/v1/runs/${run}/logs?limit=1000`);
    assert(logged.length > before);
    await until(async () => await lines() === logged.length, {
      what: () => `${logged.length} lines of the log, as the server has them`,
    });
    assertEquals(await page.evaluate("window.untouched"), true);
  },
);
