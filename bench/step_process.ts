/**
 * The process for isolated steps of `bench/worker.ts`.
 *
 * @module
 */
import { lender } from "engine";
import { serveProcess } from "../adapters/process/serve_process.ts";
import { project } from "./project.ts";

if (import.meta.main) {
  await serveProcess(() =>
    Promise.resolve({
      definitions: project,
      lender: lender((name) => Deno.env.get(name) ?? ""),
    })
  );
}
