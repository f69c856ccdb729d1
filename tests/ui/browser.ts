/** A page in a real browser, with the accessibility checker at hand. @module */
import { type Browser, chromium as engine, type Page } from "playwright-core";
import { join } from "@std/path";
import { chromium } from "../services/chromium.ts";
import type { FakeService } from "./fake_service.ts";
import { cacheDir, createSite } from "./site.ts";

/** What a test in the browser gets. */
export interface Visit {
  readonly page: Page;
  readonly service: FakeService;
  /** Opens a path of the site. */
  open(path: string): Promise<void>;
}

const args = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"];
let running: Promise<Browser> | undefined;

/** Ends the browser; the last test of a file calls it. */
export async function closeBrowser(): Promise<void> {
  await (await running)?.close();
  running = undefined;
}

/** Runs `act` on a site of its own; leaves a screenshot in `.cache/screenshots` if it fails. */
export async function visit(
  name: string,
  scheme: "light" | "dark",
  act: (visit: Visit) => Promise<void>,
): Promise<void> {
  running ??= chromium().then((executablePath) => engine.launch({ executablePath, args }));
  using site = createSite();
  const options = { port: 0, hostname: "127.0.0.1", onListen() {} };
  const server = Deno.serve(options, site.handle);
  const context = await (await running).newContext({
    viewport: { width: 1600, height: 900 },
    colorScheme: scheme,
    bypassCSP: true,
  });
  // Only a limit against waiting for ever: many tests may share the machine.
  context.setDefaultTimeout(120_000);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  const open = async (path: string) => {
    await page.goto(`http://127.0.0.1:${server.addr.port}${path}`);
    await page.waitForSelector("#live.on");
  };
  try {
    await act({ page, service: site.service, open });
    if (errors.length > 0) throw new Error(`The page threw: ${errors.join("; ")}`);
    if (site.errors.length > 0) throw new Error("The server threw", { cause: site.errors[0] });
  } catch (error) {
    const dir = join(cacheDir, "screenshots");
    await Deno.mkdir(dir, { recursive: true });
    await page.screenshot({ path: join(dir, `${name.replace(/\W+/g, "-")}.png`) });
    throw error;
  } finally {
    await context.close();
    await server.shutdown();
  }
}
