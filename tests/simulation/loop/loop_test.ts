import { assert, assertEquals } from "@std/assert";
import { loopHistory } from "./history.ts";

const SEEDS = 300;

Deno.test(`the loops of workers and servers keep all laws in ${SEEDS} histories`, async () => {
  const seen = { published: 0, lost: 0, ticks: 0 };
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { lines, past, error } = await loopHistory(seed);
    const last = lines.slice(-40).join("\n");
    assert(past, `${last}\n${error?.stack}\nAgain by: deno task simulation --loops --seed ${seed}`);
    for (const what of Object.keys(seen) as (keyof typeof seen)[]) seen[what] += past[what];
  }
  for (const [what, times] of Object.entries(seen)) assert(times > SEEDS, `${times} ${what}`);
});

Deno.test("a seed gives the same history of the loops again", async () => {
  assertEquals((await loopHistory(7)).lines, (await loopHistory(7)).lines);
});
