// deno-lint-ignore-file no-console
/**
 * Downloads and stages what the program needs at run time beyond its modules: PostgreSQL's binaries.
 *
 * Idempotent; afterwards nothing asks the network, so the program also starts with `--cached-only`.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";
import { platformOf } from "../adapters/postgres/embedded/platform.ts";
import { stage } from "../adapters/postgres/embedded/stage.ts";

if (import.meta.main) {
  const runtimes = fromFileUrl(new URL("../.aurora/runtime", import.meta.url));
  try {
    console.log(`PostgreSQL is ready in "${await stage(runtimes, platformOf(Deno.build))}"`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
