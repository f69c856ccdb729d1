// deno-lint-ignore-file no-console
/**
 * `deno task ok`: what every commit passes before its tests. Ends at the first thing that is wrong.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";

const STEPS: Readonly<Record<string, readonly string[]>> = {
  // One check for all: the islands of the user interface name the DOM library themselves.
  "format": ["fmt", "--check"],
  "lint": ["lint", "--quiet"],
  "types": ["check", "--quiet", "."],
  "documentation of the doors": ["run", "-RE", "--allow-run", "tasks/doc_lint.ts"],
  "layers": ["test", "-A", "--no-check", "--reporter=dot", "tests/layers_test.ts"],
  "container files": ["run", "-RE", "tasks/docker_lint.ts"],
};

if (import.meta.main) {
  for (const [name, args] of Object.entries(STEPS)) {
    const started = performance.now();
    const { code } = await new Deno.Command(Deno.execPath(), {
      args: [...args],
      cwd: fromFileUrl(new URL("../", import.meta.url)),
      env: { DENO_NO_UPDATE_CHECK: "1" },
      stdin: "null",
      stdout: "inherit",
      stderr: "inherit",
    }).spawn().status;
    if (code !== 0) {
      console.error(`\nNot ok: ${name} (deno ${args.join(" ")})`);
      Deno.exit(1);
    }
    console.log(`ok ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  }
}
