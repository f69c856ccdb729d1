// deno-lint-ignore-file no-console
/**
 * `deno task soak [--minutes N]`: two servers, two workers and a relay under steady load for 30 minutes unless told.
 * Memory, open files and connections must not grow; the figures are the last line.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { soak } from "../tests/chaos/soak.ts";

if (import.meta.main) {
  const text = String(parseArgs(Deno.args, { string: ["minutes"] })["minutes"] ?? "30");
  const minutes = Number(text);
  if (!(minutes >= 1)) {
    throw new RangeError(`Cannot soak: --minutes is "${text}", not a number from 1 on`);
  }
  const seen = await soak({ minutes, print: console.log });
  for (const what of seen.grown) console.error(`It grows: ${what}`);
  console.log(JSON.stringify(seen));
  Deno.exit(seen.grown.length === 0 ? 0 : 1);
}
