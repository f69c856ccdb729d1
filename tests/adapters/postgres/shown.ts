// deno-lint-ignore-file no-console
/** What the database keeps, and what people and programs get to see of it: for tests that search it. @module */
import { assertEquals } from "@std/assert";
import type { Definitions, Ledger } from "engine";
import type { Sql } from "../../../adapters/postgres/connect.ts";
import { createApi, createFront, openGate } from "../../../api/mod.ts";
import { createLayoutEngine, createUi } from "../../../ui/mod.ts";
import { now, serviceOn } from "../../services/service_on.ts";
import { cacheDir } from "../../ui/site.ts";

/** All rows of all tables of the engine, as text. */
export async function everything(sql: Sql): Promise<string> {
  const tables = await sql<{ name: string }[]>`
    select c.oid::regclass::text as name from pg_class c
    where c.relnamespace = 'engine'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition`;
  const texts: string[] = [];
  for (const { name } of tables) {
    const rows = await sql<{ t: string }[]>`select t::text from ${sql(name)} t`;
    texts.push(`${name}: ${rows.map((r) => r.t).join("\n")}`);
  }
  return texts.join("\n");
}

/** What a browser and a program get to see. */
export async function shown(
  ledger: Ledger,
  definitions: Definitions,
  runs: readonly string[],
): Promise<string> {
  const service = serviceOn(ledger, definitions);
  const onError = (error: unknown) => console.error(error);
  using layout = createLayoutEngine();
  const api = createApi(service, { onError });
  const runbook = () => Promise.resolve("# Runbook");
  const ui = createUi({ fetch: api.fetch, layout, cacheDir, now, runbook, onError });
  const handle = createFront({
    api: api.fetch,
    pages: ui.fetch,
    gate: openGate([...api.routes, ...ui.routes]),
  });
  const paths = [
    "/",
    "/alerts",
    "/runs",
    "/automation",
    "/quality",
    "/assets/leaky",
    "/assets/broken",
    "/api/v1/alerts",
    "/api/v1/assets",
    "/api/v1/assets/leaky",
    "/api/v1/assets/broken",
    "/api/v1/sensors",
    ...runs.flatMap((r) => [`/runs/${r}`, `/api/v1/runs/${r}`, `/api/v1/runs/${r}/logs`]),
  ];
  const texts: string[] = [];
  for (const path of paths) {
    const answer = await handle(new Request(`http://localhost${path}`));
    const text = await answer.text();
    if (path.startsWith("/api/v1/runs/") || path.startsWith("/runs/")) {
      assertEquals(answer.status, 200, path);
    }
    texts.push(text);
  }
  return texts.join("\n");
}
