// deno-lint-ignore-file no-console
/**
 * `deno task relay:kills [--events N] [--kills N]`: kills a real broker while events are relayed to it by each client, and
 * counts what was lost, doubled or turned: 100,000 events and three kills unless told.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { relayUnderKills } from "../tests/adapters/kafka/kills.ts";

if (import.meta.main) {
  const args = parseArgs(Deno.args, { string: ["events", "kills"] });
  const number = (what: string, usual: number) => {
    const n = Number(args[what] ?? usual);
    if (Number.isInteger(n) && n > 0) return n;
    throw new RangeError(`Cannot kill: --${what} is "${args[what]}", not a whole number above 0`);
  };
  const [events, kills] = [number("events", 100_000), number("kills", 3)];
  let isWrong = false;
  for (const client of ["kafkajs", "platformatic"] as const) {
    const counts = await relayUnderKills({ client, events, kills });
    console.log(JSON.stringify({ client, events, ...counts }));
    isWrong ||= counts.lost + counts.outOfOrder > 0;
  }
  Deno.exit(isWrong ? 1 : 0);
}
