// deno-lint-ignore-file no-console
/**
 * `deno task simulation [--seeds N] [--from N]` looks for a history that breaks a law of the ledger;
 * `--seed N` tells one history event by event.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { search, told } from "../tests/simulation/protocol/history.ts";

if (import.meta.main) {
  const args = parseArgs(Deno.args, { string: ["seed", "seeds", "from"] });
  const number = (what: string, otherwise: string) =>
    wholeNumber(String(args[what] ?? otherwise), what);
  const isWell = args["seed"] === undefined
    ? await look(number("from", "1"), number("seeds", "10000"))
    : await tell(number("seed", ""));
  Deno.exit(isWell ? 0 : 1);
}

async function look(from: number, count: number): Promise<boolean> {
  const began = performance.now();
  const failure = await search({ from, count });
  if (failure === undefined) {
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    console.log(`${count} histories from seed ${from} on: all laws held, in ${seconds} s`);
    return true;
  }
  console.log(`Seed ${failure.seed}: ${failure.error.message}`);
  console.log(`All of it by: deno task simulation --seed ${failure.seed}`);
  return false;
}

async function tell(seed: number): Promise<boolean> {
  const { lines, error } = await told(seed);
  console.log(lines.join("\n"));
  console.log(error === undefined ? "All laws held" : error.stack);
  return error === undefined;
}

function wholeNumber(text: string, what: string): number {
  const n = Number(text);
  if (Number.isInteger(n) && n > 0) return n;
  throw new RangeError(`Cannot simulate: --${what} is "${text}", not a whole number from 1 on`);
}
