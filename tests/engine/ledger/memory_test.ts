import { assertEquals, assertRejects } from "@std/assert";
import { ledgerContract, memoryLedger } from "engine/testing";
import { done, plan, step, submit, worker } from "../../../engine/ledger/contract/subject.ts";

function memory() {
  let now = Date.parse("2025-01-27T06:00:00Z");
  const ledger = memoryLedger({ now: () => new Date(now) });
  return {
    ledger,
    advanceClock: (ms: number) => void (now += ms),
    [Symbol.asyncDispose]: () => ledger[Symbol.asyncDispose](),
  };
}

ledgerContract("memory", () => Promise.resolve(memory()));

Deno.test("submit() refuses a step that needs one that does not come before it", async () => {
  const { ledger } = memory();
  const wrong = plan([step("a", { needs: [1] }), step("b")], { title: "a, b" });
  const message = `Cannot submit "a, b": step 0 needs step 1, only earlier ones can be needed`;
  await assertRejects(() => ledger.submit(wrong), RangeError, message);
  assertEquals(await ledger.runs({ limit: 1 }), []);
});

Deno.test("advance() submits none of its runs if one of them is refused", async () => {
  const { ledger } = memory();
  const submissions = [plan([step("a")]), plan([step("b", { needs: [0] })])];
  const advance = { name: "n", revision: 0, value: 1, result: "two", submissions };
  await assertRejects(() => ledger.advance({ ...advance, outcome: "requested" }), RangeError);
  assertEquals([await ledger.runs({ limit: 1 }), await ledger.cursors("")], [[], []]);
});

Deno.test("what was handed over can be changed without changing the ledger", async () => {
  const { ledger } = memory();
  const hand = await worker(ledger);
  await submit(ledger, [step("a")]);
  const value = { rows: [1] };
  await hand.finish([done(await hand.one(), { value })]);
  value.rows.push(2);
  const [visible] = await ledger.visible([{ asset: "a", partition: "" }]);
  assertEquals(visible?.value, { rows: [1] });
});
