import { assert, assertEquals } from "@std/assert";
import { memoryLedger } from "engine/testing";
import { history, now, one, two } from "./servers.ts";

Deno.test("two servers that come and go ask for what one alone asks for, operand by operand", async () => {
  let looks = 0;
  for (let seed = 1; seed <= 100; seed++) {
    const alone = memoryLedger({ now });
    const wanted = await history(seed, alone, one(alone));
    const shared = memoryLedger({ now });
    const found = await history(seed, shared, two([shared, shared]));
    assertEquals(found, wanted, `two servers diverge from one: seed ${seed}`);
    looks += wanted.length;
  }
  assert(looks > 1_000, `only ${looks} looks asked for something`);
});
