// deno-lint-ignore-file no-console
/**
 * `deno task chaos [--kills N] [--minutes N] [--seed N]`: kills real workers, servers and relays at random moments, 1,000
 * times unless told, and looks whether anything was lost or done twice.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { kills } from "../tests/chaos/kills.ts";

if (import.meta.main) {
  const args = parseArgs(Deno.args, { string: ["kills", "minutes", "seed"] });
  const number = (what: string) => {
    if (args[what] === undefined) return undefined;
    const n = Number(args[what]);
    if (n > 0) return n;
    throw new RangeError(`Cannot bring chaos: --${what} is "${args[what]}", not a number above 0`);
  };
  const minutes = number("minutes");
  const seen = await kills({
    seed: number("seed") ?? 1,
    kills: number("kills") ?? (minutes === undefined ? 1_000 : Infinity),
    endMs: minutes === undefined ? Infinity : minutes * 60_000,
    print: console.log,
  });
  console.log(JSON.stringify(seen));
  Deno.exit(0);
}
