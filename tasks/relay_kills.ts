// deno-lint-ignore-file no-console
/**
 * `deno task relay:kills [--events N] [--kills N] [--cuts N]`: kills a real broker and cuts its answers while events are
 * relayed to it by each client, and counts what was lost, doubled or turned: 100,000 events, three kills and 30 cuts unless
 * told.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { relayUnderKills } from "../tests/adapters/kafka/kills.ts";

if (import.meta.main) {
  const args = parseArgs(Deno.args, { string: ["events", "kills", "cuts"] });
  const number = (what: string, usual: number, least: number) => {
    const n = Number(args[what] ?? usual);
    if (Number.isInteger(n) && n >= least) return n;
    throw new RangeError(
      `Cannot kill: --${what} is "${args[what]}", not a whole number from ${least} on`,
    );
  };
  const events = number("events", 100_000, 1);
  const [kills, cuts] = [number("kills", 3, 0), number("cuts", 30, 0)];
  let isWrong = false;
  for (const client of ["kafkajs", "platformatic"] as const) {
    const counts = await relayUnderKills({ client, events, kills, cuts });
    console.log(JSON.stringify({ client, events, ...counts }));
    isWrong ||= counts.lost + counts.outOfOrder > 0;
  }
  Deno.exit(isWrong ? 1 : 0);
}
