import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import type { Page } from "playwright-core";
import { closeBrowser, visit } from "./browser.ts";

const axe = await Deno.readTextFile(
  fromFileUrl(new URL("axe.min.js", import.meta.resolve("axe-core"))),
);

interface Violation {
  readonly id: string;
  readonly nodes: readonly {
    readonly html: string;
    readonly any: readonly { readonly message: string }[];
  }[];
}

/** What breaks WCAG 2.2 AA on the page as it stands. */
async function violations(page: Page): Promise<string[]> {
  // Colours in the middle of a transition are nobody's contrast.
  await page.addStyleTag({ content: "*{animation:none!important;transition:none!important}" });
  await page.evaluate(axe);
  const found = await page.evaluate(
    "axe.run(document,{runOnly:['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa']})" +
      ".then((result)=>result.violations)",
  ) as readonly Violation[];
  return found.map(({ id, nodes }) =>
    `${id} ×${nodes.length}: ${nodes[0]?.html.slice(0, 160)} (${nodes[0]?.any[0]?.message})`
  );
}

/** The browser outlives single tests, so their sanitizers would blame the wrong one. */
function browserTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });
}

const paths = [
  "/",
  "/lineage",
  "/lineage?collapsed=models,quality",
  "/assets",
  "/assets/models/mood",
  "/assets/source/users",
  "/runs",
  "/backfills",
  "/runs/7f3a91c2",
  "/runs/0e99a3f4",
  "/automation",
  "/automation/ahead",
  "/plan?q=models/mood",
  "/quality",
  "/outbox",
  "/alerts",
  "/runbook",
  "/workers",
  "/connections",
];
for (const scheme of ["light", "dark"] as const) {
  for (const path of paths) {
    browserTest(
      `${path} has nothing against WCAG 2.2 AA, ${scheme}`,
      () =>
        visit(`axe ${path} ${scheme}`, scheme, async ({ page, open }) => {
          await open(path);
          assertEquals(await violations(page), []);
        }),
    );
  }
  browserTest(
    `the open panel has nothing against WCAG 2.2 AA, ${scheme}`,
    () =>
      visit(`axe panel ${scheme}`, scheme, async ({ page, open }) => {
        await open("/lineage");
        await page.locator('[data-key="features/online"]').click();
        await page.waitForSelector("#panel h2");
        assertEquals(await violations(page), []);
      }),
  );
  browserTest(
    `what can be opened on an asset page is accessible too, ${scheme}`,
    () =>
      visit(`axe details ${scheme}`, scheme, async ({ page, open }) => {
        await open("/assets/models/mood");
        for (const summary of await page.locator("summary").all()) await summary.click();
        assertEquals(await violations(page), []);
      }),
  );
}

browserTest(
  "the lineage is walked by keys: find, along edges, materialize, open",
  () =>
    visit("keyboard", "light", async ({ page, service, open }) => {
      await open("/lineage");
      await page.keyboard.press("/");
      await page.keyboard.type("features/exercise");
      await page.keyboard.press("Enter");
      await page.waitForSelector("#panel:not([hidden]) h2");
      await page.keyboard.press("ArrowRight");
      await page.waitForSelector('[data-key="features/online"].sel');
      await page.keyboard.press("m");
      await page.waitForSelector('[data-key="features/online"].running');
      await page.waitForSelector('[data-key="features/online"].fresh');
      assertEquals(service.calls, ["materialize features/online"]);
      await page.keyboard.press("Enter");
      await page.waitForURL("**/assets/features/online");
    }),
);

browserTest(
  "an alert is acknowledged and silenced, and the silence ended, on the alerts page",
  () =>
    visit("alerts", "dark", async ({ page, service, open }) => {
      await open("/alerts");
      const alert = page.locator("#alert-a3");
      await alert.getByRole("button", { name: "Acknowledge" }).click();
      await alert.getByText("acknowledged by a person on the page").waitFor();
      assertEquals(await alert.getByRole("button", { name: "Acknowledge" }).count(), 0);
      await alert.locator("summary").click();
      assertEquals(await violations(page), []);
      await alert.getByLabel("For how long").selectOption("4h");
      await alert.getByLabel("Why").fill("the source is down");
      await alert.getByRole("button", { name: "Silence", exact: true }).click();
      await alert.getByText("Nobody is told: silence 1").waitFor();
      const [made] = await service.silences();
      assertEquals([made?.matcher, made?.reason], [
        { episode: "failed:models/mood" },
        "the source is down",
      ]);
      await page.locator("#silence-1").getByRole("button", { name: "End silence 1" }).click();
      await page.locator("#silence-1").getByText("ended by a person on the page").waitFor();
      await page.getByRole("button", { name: "Send a test" }).click();
      await page.locator(".toast").getByText("A test is on its way").waitFor();
    }),
);

browserTest(
  "the head of a page fits windows of any width",
  () =>
    visit("width", "light", async ({ page, open }) => {
      await open("/workers");
      // With an account its address stands there too.
      await page.evaluate(`
        const who = document.querySelector("#who");
        who.textContent = "augusta.ada.king@analytical-engines.example.org";
        who.hidden = false;
      `);
      for (const width of [400, 900, 1100, 1280, 1366, 1400, 1500, 1600]) {
        await page.setViewportSize({ width, height: 800 });
        const wide = await page.evaluate("document.documentElement.scrollWidth");
        assertEquals(wide, width);
      }
    }),
);

browserTest(
  "a connection is added, edited, tested and removed, and no secret comes back",
  () =>
    visit("connections", "light", async ({ page, service, open }) => {
      await open("/connections");
      await page.getByText("Add a connection…").click();
      const add = page.locator('[data-connection=""]');
      await add.getByLabel("Name").fill("events");
      await add.getByLabel("Kind").fill("http");
      await add.getByLabel("Host").fill("events.example.com");
      await add.getByLabel("Password").fill("planted-on-the-page");
      assertEquals(await violations(page), []);
      await add.getByRole("button", { name: "Add" }).click();
      const added = page.locator(".connection", { hasText: "events.example.com" });
      await added.getByText("anybody on this machine").waitFor();
      await page.getByLabel("Edit warehouse").click();
      const edit = page.locator('[data-connection="warehouse"]');
      await edit.getByLabel("Host").fill("other.example.com");
      assertEquals(await violations(page), []);
      await edit.getByRole("button", { name: "Save" }).click();
      await page.locator(".connection").getByText("other.example.com").waitFor();
      assertEquals(service.connections.asked, [
        ["events", {
          kind: "http",
          host: "events.example.com",
          password: "planted-on-the-page",
        }],
        ["warehouse", { host: "other.example.com" }],
      ]);
      await page.getByLabel("Test mail").click();
      await page.locator(".toast").getByText("mail is reached: PostgreSQL 18.1").waitFor();
      await page.getByRole("button", { name: "Encrypt all by the newest key" }).click();
      await page.locator(".toast").getByText("3 encrypted again").waitFor();
      await page.getByLabel("Remove events").click();
      await page.getByRole("button", { name: "Remove events for good" }).click();
      await added.waitFor({ state: "detached" });
      assert(!(await page.content()).includes("planted-on-the-page"));
    }),
);

browserTest(
  "a rule of alerts is set and given back to the environment, on the alerts page",
  () =>
    visit("alert-rules", "light", async ({ page, service, open }) => {
      await open("/alerts");
      assertEquals(await violations(page), []);
      const rule = page.locator("#rule-queue");
      await rule.getByLabel("queue", { exact: true }).fill("30m");
      await rule.getByRole("button", { name: "Set queue" }).click();
      await rule.getByText("a person on the page").waitFor();
      await page.locator(".toast").getByText("queue is 30m on all servers").waitFor();
      assertEquals((await service.alertRules())[0]?.value, "30m");
      await rule.getByRole("button", { name: "Back to 15m: queue" }).click();
      await rule.getByText("built in").waitFor();
      assertEquals((await service.alertRules())[0]?.value, "15m");
    }),
);

browserTest(
  "a sensor is paused and resumed on the automation page, without reload",
  () =>
    visit("switch", "light", async ({ page, service, open }) => {
      await open("/automation");
      await page.evaluate("window.untouched = true");
      const button = page.locator('[data-switch="sensor:new_life_events"]');
      await button.click();
      await page.waitForSelector('[data-switch="sensor:new_life_events"][data-to="resumed"]');
      assertEquals([...service.paused], ["sensor:new_life_events"]);
      await button.click();
      await page.waitForSelector('[data-switch="sensor:new_life_events"][data-to="paused"]');
      assertEquals([...service.paused], []);
      assertEquals(await page.evaluate("window.untouched"), true);
    }),
);

browserTest(
  "what the plan page shows is run by its button, and not before",
  () =>
    visit("plan", "light", async ({ page, service, open }) => {
      await open("/plan?q=models/mood&partition=2025-01-27");
      assertEquals(service.calls, []);
      await page.locator("[data-run-plan]").click();
      await page.waitForSelector("a.toast:has-text('Started run')");
      assertEquals(service.calls, ["materialize models/mood 2025-01-27"]);
    }),
);

browserTest(
  "materialize on an asset page: stale, running, fresh, without reload",
  () =>
    visit("materialize asset", "light", async ({ page, service, open }) => {
      await open("/assets/features/sleep");
      await page.evaluate("window.untouched = true");
      await page.waitForSelector('[data-asset="features/sleep"].stale');
      await page.getByRole("button", { name: "Materialize" }).click();
      await page.waitForSelector('[data-asset="features/sleep"].running');
      await page.waitForSelector('[data-asset="features/sleep"].fresh');
      await page.waitForSelector("text=Why it is stale", { state: "detached" });
      assertEquals(service.calls, ["materialize features/sleep 2025-01-27T06"]);
      assertEquals(await page.evaluate("window.untouched"), true);
      await page.waitForSelector(".plot canvas");
    }),
);

browserTest(
  "materialize stale runs what the server counts, also with all groups collapsed",
  () =>
    visit("materialize stale", "light", async ({ page, service, open }) => {
      await open("/lineage?collapsed=source,features,training,models,predictions,quality");
      const button = page.locator("#mat");
      assertStringIncludes(await button.innerText(), "Materialize 13 stale");
      await button.click();
      await page.waitForSelector('[data-region="count-running"]:has-text("15")');
      assertEquals(service.calls[0]?.split(" ").length, 14);
      await page.waitForSelector('[data-region="stale"]:has-text("0")', { state: "attached" });
      await page.waitForFunction("document.querySelector('#mat').disabled");
    }),
);

browserTest(
  "materialize found runs all that the server finds, visible or not",
  () =>
    visit("materialize found", "light", async ({ page, service, open }) => {
      await open("/lineage?collapsed=models");
      await page.locator("#q").fill("group:models");
      await page.waitForSelector("#mat-chosen:has-text('Materialize 4 found')");
      await page.locator("#mat").click();
      await page.waitForSelector('[data-region="count-running"]:has-text("6")');
      const all = "materialize models/energy models/mood models/sleep_quality models/stress";
      assertEquals(service.calls, [all]);
    }),
);

browserTest(
  "a selection that cannot be read is told while it is typed, and gone when it can",
  () =>
    visit("selection", "light", async ({ page, open }) => {
      await open("/lineage");
      await page.locator("#q").fill("group:models & statsu:failed");
      await page.waitForSelector("#q-problem:has-text('did you mean \"status\"?')");
      await page.locator("#q").fill("group:models & status:failed");
      await page.waitForSelector("#mat-chosen:has-text('Materialize 1 found')");
      await page.waitForSelector("#q-problem", { state: "hidden" });
    }),
);

browserTest(
  "the slots of a pool are set on the page of the workers, and given back",
  () =>
    visit("pools", "light", async ({ page, open }) => {
      await open("/workers");
      await page.getByLabel("Slots of warehouse").fill("7");
      await page.getByRole("button", { name: "Set" }).click();
      await page.waitForSelector("[data-region=pools]:has-text('set by ui, 3 declared')");
      await page.getByRole("button", { name: "As declared" }).click();
      await page.waitForSelector("[data-region=pools]:has-text('2 of 3 slots')");
    }),
);

browserTest(
  "a refusal is told with what would have been right",
  () =>
    visit("refusal", "light", async ({ page, service, open }) => {
      await open("/assets/features/sleep");
      service.materialize = () => Promise.reject(new RangeError("Cannot run: no worker is there"));
      await page.getByRole("button", { name: "Materialize" }).click();
      await page.waitForSelector(".toast.bad:has-text('no worker is there')");
    }),
);

browserTest(
  "partitions are walked by arrow keys, and chosen for the form",
  () =>
    visit("partitions", "light", async ({ page, open }) => {
      await open("/assets/models/energy");
      await page.locator("#parts").focus();
      await page.keyboard.press("ArrowLeft");
      assertStringIncludes(await page.locator("#part-chosen").innerText(), "2025-01-26: Fresh");
      assertEquals(await page.locator("select[name=partition]").inputValue(), "2025-01-26");
      await page.keyboard.press("Home");
      assertStringIncludes(await page.locator("#part-chosen").innerText(), "2024-10-30");
    }),
);

browserTest(
  "the log of a run grows, follows, and is filtered by level and words",
  () =>
    visit("log", "light", async ({ page, service, open }) => {
      await open("/runs/7f3a91c2");
      const shown = page.locator(".ln:not([hidden])");
      assertEquals(await shown.count(), 14);
      service.writeLog("7f3a91c2", "340 of 500 users");
      await page.waitForSelector(".ln:has-text('340 of 500 users')");
      await page.getByRole("button", { name: "Errors" }).click();
      assertEquals(await shown.count(), 1);
      service.writeLog("7f3a91c2", "Cannot write: disk full", "error");
      await page.waitForSelector(".ln:has-text('disk full')");
      assertEquals(await shown.count(), 2);
      await page.locator("#log-query").fill("disk");
      assertEquals(await shown.count(), 1);
    }),
);

browserTest(
  "the list of runs shows a new run without reload",
  () =>
    visit("runs live", "light", async ({ page, service, open }) => {
      await open("/runs");
      await service.materialize({ assets: ["models/energy"] });
      await page.waitForSelector("tr:has-text('new8'):has-text('Running')");
      await page.waitForSelector("tr:has-text('new8'):has-text('Success')");
    }),
);

browserTest(
  "a backfill is paused, resumed and cancelled in its row; an asset starts one",
  () =>
    visit("backfills", "light", async ({ page, service, open }) => {
      await open("/backfills");
      const row = page.locator("#backfill-2");
      await row.getByRole("button", { name: "Pause backfill 2" }).click();
      await row.getByText("Paused").waitFor();
      await row.getByRole("button", { name: "Resume backfill 2" }).click();
      await row.getByText("Running").waitFor();
      await row.getByRole("button", { name: "Cancel backfill 2" }).click();
      await row.getByText("Cancelled").waitFor();
      await open("/assets/models/mood");
      await page.getByRole("button", { name: "Build missing and failed" }).click();
      await page.getByRole("link", { name: "Started backfill 3, 3 slices in 1 run" }).waitFor();
      assertEquals(service.calls, [
        "pause backfill 2",
        "resume backfill 2",
        "cancel backfill 2",
        "backfill models/mood missing+failed",
      ]);
    }),
);

browserTest(
  "a step is cancelled beside its bar, and a run is run again by parts",
  () =>
    visit("steering", "light", async ({ page, service, open }) => {
      await open("/runs/7f3a91c2");
      await page.getByRole("button", { name: /^Cancel features/ }).first().click();
      await page.getByText("Cancelling a step of run 7f3a91c2").waitFor();
      await page.getByRole("button", { name: "Cancel run" }).click();
      await page.getByText("Cancelling run 7f3a91c2").waitFor();
      const [step, run] = service.calls;
      assertMatch(step!, /^cancel 7f3a91c2 step .+ a person on the page$/);
      assertEquals(run, "cancel 7f3a91c2 a person on the page");
      await open("/runs/0e99a3f4");
      await page.getByText("Run again…").click();
      const form = page.getByRole("form", { name: "Run 0e99a3f4 again" });
      await form.getByRole("combobox").selectOption("only");
      await form.getByRole("textbox").fill("group:models");
      await form.getByLabel("and what needs them").check();
      await form.getByLabel("with the inputs that it read").check();
      assertEquals(await violations(page), []);
      await page.getByRole("button", { name: "Run again", exact: true }).click();
      await page.waitForURL("**/runs/7f3a91c2");
      assertEquals(
        service.calls.at(-1),
        "retry 0e99a3f4 only=group:models downstream=true inputs=same",
      );
    }),
);

browserTest(
  "a group that is closed and opened stays where it is",
  () =>
    visit("in place", "light", async ({ page, open }) => {
      await open("/lineage");
      const before = await page.locator('[data-box="models"]').boundingBox();
      await page.locator('[data-box="models"] .ghead').click();
      await page.waitForURL("**/lineage?collapsed=models");
      await page.waitForSelector("#live.on");
      const closed = await page.locator('[data-box="models"]').boundingBox();
      await page.locator('a[data-box="models"]').click();
      await page.waitForURL("**/lineage?collapsed=");
      await page.waitForSelector("#live.on");
      const after = await page.locator('[data-box="models"]').boundingBox();
      for (const box of [closed, after]) {
        assert(Math.abs(box!.x - before!.x) < 2 && Math.abs(box!.y - before!.y) < 2);
      }
    }),
);

browserTest(
  "what happened while changes could not be read is caught up with",
  () =>
    visit("catch up", "light", async ({ page, service, open }) => {
      await open("/assets/features/sleep");
      service.cut(() => service.setStatus("features/sleep", "fresh"));
      await page.waitForSelector('[data-asset="features/sleep"].fresh');
      service.setStatus("features/sleep", "failed");
      await page.waitForSelector('[data-asset="features/sleep"].failed');
    }),
);

browserTest(
  "the colour theme is switched and kept",
  () =>
    visit("theme", "light", async ({ page, open }) => {
      await open("/runs");
      const background = () => page.evaluate("getComputedStyle(document.body).backgroundColor");
      const before = await background();
      await page.locator("#theme").click();
      const dark = await background();
      assert(dark !== before);
      await open("/assets");
      assertEquals(await background(), dark);
    }),
);

browserTest(
  "a line that is cut while a page reads on is no error of the page",
  () =>
    visit("cut line", "light", async ({ page, open }) => {
      const cut = Promise.withResolvers<void>();
      await page.route(
        "**/api/v1/access/me",
        (route) => void route.abort().then(() => cut.resolve()),
      );
      await open("/runs");
      await cut.promise;
      await page.waitForTimeout(50);
    }),
);

browserTest(
  "pages can be read without JavaScript",
  () =>
    visit("no script", "light", async ({ page, open }) => {
      await open("/runs");
      const address = page.url();
      const context = await page.context().browser()!.newContext({ javaScriptEnabled: false });
      context.setDefaultTimeout(120_000);
      const plain = await context.newPage();
      await plain.goto(address.replace("/runs", "/lineage"));
      assertEquals(await plain.locator(".node").count(), 30);
      assertEquals(await plain.locator("#live").isVisible(), false);
      await context.close();
    }),
);

Deno.test({
  name: "the browser ends",
  fn: closeBrowser,
  sanitizeOps: false,
  sanitizeResources: false,
});
