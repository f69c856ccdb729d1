import { assertEquals } from "@std/assert";
import { asset, define, lender, loops, nextTick, request, sensor } from "engine";
import { openLedger } from "../../../adapters/postgres/ledger/ledger.ts";
import { until } from "../../engine/run/sensing.ts";
import { testLedger } from "../../services/ledger.ts";

Deno.test("two servers tell once that a sensor fails, also after a restart, and once that it works", async () => {
  await using t = await testLedger();
  const knobs = { fails: true };
  const whole = asset({ name: "whole", materialize: () => 1 });
  const shy = sensor({
    name: "shy",
    every: "50ms",
    cursor: 0,
    async *evaluate({ cursor }) {
      if (knobs.fails) throw new RangeError("Cannot look: gone");
      if (cursor === 0) yield request(whole, { key: "1", reason: "it works" });
      return await Promise.resolve(1);
    },
  });
  const definitions = define({ whole, shy });
  const told: string[] = [];
  const mail = {
    name: "mail",
    send: (a: { readonly episode: string }, phase: string) =>
      Promise.resolve(void told.push(`${phase} ${a.episode}`)),
  };
  /** Runs a server, as if it had just started. */
  const serve = async (signal: AbortSignal) => {
    await using ledger = await openLedger(t.url);
    await using resources = lender(() => "");
    const options = { definitions, ledger, lender: resources, next: nextTick, schedules: true };
    await loops({ ...options, channels: [mail], watchMs: 50, signal, onTrouble: () => {} });
  };
  const first = new AbortController();
  const serving = [serve(first.signal), serve(first.signal)];
  await until(() => told.length > 0);
  first.abort();
  await Promise.all(serving);
  assertEquals(told, ["open sensor:shy"]);
  const second = new AbortController();
  const again = [serve(second.signal), serve(second.signal)];
  await new Promise((r) => setTimeout(r, 300));
  knobs.fails = false;
  await until(() => told.length > 1);
  await new Promise((r) => setTimeout(r, 300));
  second.abort();
  await Promise.all(again);
  assertEquals(told, ["open sensor:shy", "resolved sensor:shy"]);
  assertEquals((await t.ledger.runs({ limit: 9 })).map((r) => r.reason), ["it works"]);
});
