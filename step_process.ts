/**
 * The process in which a worker runs steps that declare a timeout or a memory limit: as the worker is composed, but
 * without a ledger of its own, which it reads through the worker.
 *
 * @module
 */
import { lender, secretsFromEnv, useCodeFingerprints } from "engine";
import { serveProcess } from "./adapters/process/serve_process.ts";
import { readCode } from "./code.ts";
import { loadProject } from "./load_project.ts";

if (import.meta.main) {
  await serveProcess(async () => {
    secretsFromEnv(Deno.env.toObject());
    const definitions = await loadProject();
    const code = await readCode(definitions, Deno.env.get("AURORA_DIRECTORY") ?? ".aurora");
    useCodeFingerprints(definitions, { codeOf: (asset) => code.of(asset)?.code });
    return { definitions, lender: lender((name) => Deno.env.get(name) ?? "") };
  });
}
