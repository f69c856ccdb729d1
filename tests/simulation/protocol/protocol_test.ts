import { assert, assertEquals } from "@std/assert";
import { history, search, told } from "./history.ts";

const SEEDS = 10_000;

Deno.test(`nothing is lost or done twice in ${SEEDS} histories of the ledger`, async () => {
  const failure = await search({ from: 1, count: SEEDS });
  const text = failure &&
    `${failure.lines.slice(-40).join("\n")}\n${failure.error.message}\n` +
      `Again by: deno task simulation --seed ${failure.seed}`;
  assert(failure === undefined, text);
});

Deno.test("the histories come to the hard places", async () => {
  const seen = { events: 0, published: 0, refused: 0, lost: 0 };
  for (let seed = 1; seed <= 100; seed++) {
    const past = await history(seed);
    for (const what of Object.keys(seen) as (keyof typeof seen)[]) seen[what] += past[what];
  }
  for (const [what, times] of Object.entries(seen)) assert(times > 100, `${times} ${what}`);
});

Deno.test("a seed gives the same history again", async () => {
  assertEquals((await told(7)).lines, (await told(7)).lines);
});
