/** API and pages over a fake service, as one handler. @module */
import { fromFileUrl } from "@std/path";
import { createApi, createFront, openGate } from "../../api/mod.ts";
import { createLayoutEngine, createUi, type Pages } from "../../ui/mod.ts";
import { FakeService } from "./fake_service.ts";

/** The moment at which the fixtures are seen. */
export const now = new Date("2025-01-28T08:30:00Z");

/** Where bundles and screenshots of failures go. */
export const cacheDir = fromFileUrl(new URL("../../.cache", import.meta.url));

/** What a test opens; disposing it ends the worker and the timers. */
export interface Site extends Disposable {
  readonly service: FakeService;
  /** Errors that the pages or the API had. */
  readonly errors: readonly unknown[];
  get(path: string): Promise<Response>;
  handle(request: Request): Response | Promise<Response>;
}

/** A site of its own for each test. */
export function createSite(service: FakeService = new FakeService(now)): Site {
  const errors: unknown[] = [];
  const onError = (error: unknown) => void errors.push(error);
  const layout = createLayoutEngine();
  const api = createApi(service, { onError });
  const runbook = () => Deno.readTextFile(new URL("../../docs/guide/runbook.md", import.meta.url));
  const ui: Pages = createUi({
    fetch: (r) => gate.inside(api.fetch)(r),
    layout,
    cacheDir,
    now: () => now,
    runbook,
    onError,
  });
  const gate = openGate([...api.routes, ...ui.routes]);
  const handle = createFront({ api: api.fetch, pages: ui.fetch, gate });
  return {
    service,
    errors,
    handle,
    get: async (path) => await handle(new Request(`http://localhost${path}`)),
    [Symbol.dispose]() {
      layout[Symbol.dispose]();
      service.stop();
    },
  };
}
