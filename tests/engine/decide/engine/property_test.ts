import { assert, assertEquals } from "@std/assert";
import * as engine from "../../../../engine/decide/engine/mod.ts";
import { search } from "./property.ts";

/** `AURORA_CASES=200000` at night. */
const CASES = Number(Deno.env.get("AURORA_CASES") ?? 3_000);

Deno.test("Decider equals the naive engine after every tick of random histories", () => {
  const seen = { ticks: 0, requests: 0 };
  assertEquals(search(engine, { cases: CASES, size: 40 }, seen), undefined);
  assert(seen.ticks > 20 * CASES, `only ${seen.ticks} ticks were compared`);
  assert(seen.requests > 10 * CASES, `only ${seen.requests} requests were compared`);
});
