import { assert, assertEquals } from "@std/assert";
import { chromium as engine, type Page } from "playwright-core";
import { withPeer } from "../../api/mod.ts";
import { chromium } from "../services/chromium.ts";
import { firstAdmin, firstLink, type GuardedSite, guardedSite, PASSWORD } from "./site.ts";

const PAGES = [
  "/",
  "/lineage",
  "/assets",
  "/assets/models/mood",
  "/runs",
  "/runs/7f3a91c2",
  "/backfills",
  "/plan?q=models/mood",
  "/automation",
  "/automation/ahead",
  "/quality",
  "/outbox",
  "/alerts",
  "/workers",
  "/account",
  "/audit",
];

/** The browser and the server outlive their awaits. */
const options = { sanitizeOps: false, sanitizeResources: false };

/** A page in a browser, and the site where it is. */
interface Tab extends AsyncDisposable {
  readonly page: Page;
  readonly url: string;
}

async function opened(site: GuardedSite): Promise<Tab> {
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    async (request, info) => await site.handle(withPeer(request, info.remoteAddr.hostname)),
  );
  const browser = await engine.launch({
    executablePath: await chromium(),
    args: ["--no-sandbox", "--disable-gpu"],
  });
  const page = await browser.newPage();
  // Only a limit against waiting for ever: many tests may share the machine.
  page.setDefaultTimeout(120_000);
  return {
    page,
    url: `http://127.0.0.1:${server.addr.port}`,
    async [Symbol.asyncDispose]() {
      await browser.close();
      await server.shutdown();
    },
  };
}

Deno.test(
  "a person makes the first account and looks at every page under its policy",
  options,
  async () => {
    await using site = await guardedSite();
    await using tab = await opened(site);
    const { page, url } = tab;
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(`${page.url()}: ${message.text()}`);
    });
    await page.goto(`${url}/welcome#${firstLink(site)}`);
    await page.getByLabel("Name").fill("Ada");
    await page.getByLabel("E-mail").fill("ada@example.org");
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Make account" }).click();
    await page.waitForURL(`${url}/`);
    for (const path of PAGES) {
      const response = await page.goto(url + path);
      assertEquals(response?.status(), 200, path);
      await page.waitForSelector("#live.on");
      await page.waitForSelector("#who:not([hidden])");
    }
    await page.goto(`${url}/account`);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL(`${url}/login`);
    await page.goto(`${url}/assets?q=group:models`);
    assert(page.url().startsWith(`${url}/login?to=`));
    await page.getByLabel("E-mail").fill("ada@example.org");
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL(`${url}/assets?q=group:models`);
    assertEquals(complaints, []);
  },
);

Deno.test(
  "what a role does not allow cannot be pressed, and its pages say so",
  options,
  async () => {
    await using site = await guardedSite();
    await firstAdmin(site);
    await site.sql`update access."user" set role = 'ops'`;
    await using tab = await opened(site);
    const { page, url } = tab;
    await page.goto(`${url}/login?to=/assets/models/mood`);
    await page.getByLabel("E-mail").fill("ada@example.org");
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL(`${url}/assets/models/mood`);
    const button = page.getByRole("button", { name: "Materialize" });
    await page.locator("button:disabled", { hasText: "Materialize" }).waitFor();
    assertEquals(await button.getAttribute("title"), 'No role of yours allows "trigger"');
    await page.goto(`${url}/runs/7f3a91c2`);
    await page.getByText("Your role does not show logs").waitFor();
    assertEquals((await page.goto(`${url}/audit`))?.status(), 403);
    await page.getByRole("heading", { name: "This is not for your role" }).waitFor();
    await page.goto(`${url}/account`);
    await page.getByText("ada@example.org, ops").waitFor();
    await page.getByText("The password alone is enough to sign in").waitFor();
    assertEquals(await page.getByRole("link", { name: "Who did what" }).count(), 0);

    // The page is older than the change of the role: what it still offers is refused in words.
    await site.sql`update access."user" set role = 'admin'`;
    await page.goto(`${url}/assets/models/mood`);
    await page.waitForSelector("#who:not([hidden])");
    await site.sql`update access."user" set role = 'ops'`;
    await button.click();
    const toast = page.locator(".toast.bad");
    await toast.waitFor();
    const colours = await page.evaluate(
      "(({ color, backgroundColor }) => [color, backgroundColor])(getComputedStyle(document.querySelector('.toast.bad')))",
    ) as readonly string[];
    assert(colours[0] !== colours[1], `red on red: ${colours}`);
  },
);
