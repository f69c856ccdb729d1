import { assert, assertEquals } from "@std/assert";
import { memoryLedger } from "engine/testing";
import { openLedger } from "../../../adapters/postgres/ledger/ledger.ts";
import { history, now, one, two } from "../../engine/run/servers.ts";
import { ledgerDatabase } from "../../services/ledger.ts";

Deno.test("two servers on one PostgreSQL ask for what one alone asks for, operand by operand", async () => {
  let looks = 0;
  for (let seed = 1; seed <= 3; seed++) {
    const alone = memoryLedger({ now });
    const wanted = await history(seed, alone, one(alone));
    await using db = await ledgerDatabase();
    await using first = await openLedger(db.url);
    await using second = await openLedger(db.url);
    const found = await history(seed, first, two([first, second]));
    assertEquals(found, wanted, `two servers diverge from one: seed ${seed}`);
    looks += wanted.length;
  }
  assert(looks > 30, `only ${looks} looks asked for something`);
});
