/**
 * The process in which a worker runs steps that declare a timeout or a memory limit: as the worker is composed, but
 * without a ledger of its own, which it reads through the worker.
 *
 * @module
 */
import { lender, secretsFromEnv, useCodeFingerprints } from "engine";
import { serveProcess } from "./adapters/process/serve_process.ts";
import { connect, type Sql } from "./adapters/postgres/connect.ts";
import { connectionsIn, tellEnvironment } from "./adapters/secrets/places.ts";
import { readCode } from "./code.ts";
import { placesOf } from "./connections.ts";
import { loadProject } from "./load_project.ts";
import { recordTraces } from "./traces.ts";

if (import.meta.main) {
  await serveProcess(async () => {
    secretsFromEnv(Deno.env.toObject());
    const definitions = await loadProject();
    const code = await readCode(definitions, Deno.env.get("AURORA_DIRECTORY") ?? ".aurora");
    useCodeFingerprints(definitions, { codeOf: (asset) => code.of(asset)?.code });
    const env = (name: string) => Deno.env.get(name) ?? "";
    await recordTraces(env);
    tellEnvironment(Deno.env.toObject());
    let sql: Sql | undefined;
    const database = () =>
      sql ??= connect(env("DATABASE_URL"), { name: "aurora secrets", max: 1, idleSeconds: 5 });
    return { definitions, lender: lender(env, connectionsIn(placesOf(env, database))) };
  });
}
