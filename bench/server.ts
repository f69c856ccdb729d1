// deno-lint-ignore-file no-console
/**
 * API and loops over the assets of `bench/project.ts`, on the ledger in DATABASE_URL.
 *
 * @module
 */
import { createService, lender, loops, nextTick, nextTicks } from "engine";
import { openLedger } from "../adapters/postgres/ledger/ledger.ts";
import { createApi } from "../api/mod.ts";
import { project } from "./project.ts";

if (import.meta.main) {
  const ledger = await openLedger(Deno.env.get("DATABASE_URL") ?? "", { max: 8 });
  const stop = new AbortController();
  const service = createService({
    definitions: project,
    ledger,
    clock: { now: () => new Date() },
    about: {
      version: "bench",
      startedAt: new Date().toISOString(),
      adapters: { postgres: "embedded", online: "postgres", events: "outbox", objects: "file" },
    },
    health: () => Promise.resolve({ ok: true, dependencies: [] }),
    nextTicks,
    schedules: true,
  });
  const api = createApi(service, { onError: (error) => console.error(error) });
  const http = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen: ({ port }) => console.log(JSON.stringify({ port })),
  }, (request) => api.fetch(request));
  Deno.addSignalListener("SIGTERM", () => stop.abort());
  await loops({
    definitions: project,
    ledger,
    lender: lender((name) => Deno.env.get(name) ?? ""),
    next: nextTick,
    channels: [],
    schedules: true,
    signal: stop.signal,
    onTrouble: (loop, error) => console.error(loop, error),
  });
  // Streams of events never end by themselves: the process does.
  void http.shutdown();
  Deno.exit(0);
}
