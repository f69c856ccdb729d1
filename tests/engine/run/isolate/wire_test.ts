import { assertEquals } from "@std/assert";
import { fromLine, toLine } from "engine";

Deno.test("fromLine() gives what toLine() took: instants, large numbers, look-alikes of our marks", () => {
  const said = {
    version: 123_456_789_012_345_678_901n,
    at: new Date("2025-01-28T06:00:00.123Z"),
    none: null,
    list: [1n, { $: "date", is: 0 }, { $: { $: "bigint", is: "1" } }],
    value: { $: new Date(0), "": "\n\u2028", __proto__x: true },
  };
  assertEquals(fromLine(toLine(said)), said);
  assertEquals(toLine(said).includes("\n"), false);
});

Deno.test("toLine() leaves out what JSON leaves out, as the ledger does", () => {
  const said = { call: () => 1, none: undefined, not: NaN, list: [undefined] };
  assertEquals(fromLine(toLine(said)), { not: null, list: [null] });
});
