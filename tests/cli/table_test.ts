import { assertEquals } from "@std/assert";
import { paintStatus } from "../../cli/io.ts";
import { cut, table } from "../../cli/table.ts";

const plain = { color: false, columns: 20 };

Deno.test("table() makes columns as wide as their widest cell and cuts the last", () => {
  assertEquals(
    table(plain, ["A", "B", "WHY"], [["x", "long", "because it is so"], ["yy", "", ""]]),
    [
      "A   B     WHY",
      "x   long  because i…",
      "yy",
    ],
  );
});

Deno.test("table() does not count colours", () => {
  const io = { color: true, columns: 40 };
  const [, row] = table(io, ["S", "N"], [[paintStatus(io, "failed"), "x"]]);
  assertEquals(row, "\x1b[31mfailed\x1b[0m  x");
});

Deno.test("cut() leaves what fits", () => {
  assertEquals([cut("abc", 3), cut("abcd", 3)], ["abc", "ab…"]);
});
