// deno-lint-ignore-file no-console
/**
 * `deno task simulation [--seeds N] [--from N]` looks for a history that breaks a law of the ledger;
 * `--seed N` tells one history event by event. With `--loops` of the real loops of workers and servers.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { loopHistory } from "../tests/simulation/loop/history.ts";
import { search, told } from "../tests/simulation/protocol/history.ts";

/** A kind of history. */
interface Kind {
  readonly words: string;
  readonly seeds: string;
  search(seeds: { readonly from: number; readonly count: number }): ReturnType<typeof search>;
  tell(seed: number): Promise<{ readonly lines: readonly string[]; readonly error?: Error }>;
}

const LEDGER: Kind = { words: "", seeds: "10000", search, tell: told };
const LOOPS: Kind = {
  words: "--loops ",
  seeds: "300",
  tell: loopHistory,
  async search({ from, count }) {
    for (let seed = from; seed < from + count; seed++) {
      const { lines, error } = await loopHistory(seed);
      if (error) return { seed, lines, error };
    }
    return undefined;
  },
};

if (import.meta.main) {
  const args = parseArgs(Deno.args, { string: ["seed", "seeds", "from"], boolean: ["loops"] });
  const number = (what: string, otherwise: string) =>
    wholeNumber(String(args[what] ?? otherwise), what);
  const kind = args["loops"] === true ? LOOPS : LEDGER;
  const isWell = args["seed"] === undefined
    ? await look(kind, number("from", "1"), number("seeds", kind.seeds))
    : await tell(kind, number("seed", ""));
  Deno.exit(isWell ? 0 : 1);
}

async function look(kind: Kind, from: number, count: number): Promise<boolean> {
  const began = performance.now();
  const failure = await kind.search({ from, count });
  if (failure === undefined) {
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    console.log(`${count} histories from seed ${from} on: all laws held, in ${seconds} s`);
    return true;
  }
  console.log(`Seed ${failure.seed}: ${failure.error.message}`);
  console.log(`All of it by: deno task simulation ${kind.words}--seed ${failure.seed}`);
  return false;
}

async function tell(kind: Kind, seed: number): Promise<boolean> {
  const { lines, error } = await kind.tell(seed);
  console.log(lines.join("\n"));
  console.log(error === undefined ? "All laws held" : error.stack);
  return error === undefined;
}

function wholeNumber(text: string, what: string): number {
  const n = Number(text);
  if (Number.isInteger(n) && n > 0) return n;
  throw new RangeError(`Cannot simulate: --${what} is "${text}", not a whole number from 1 on`);
}
