import { assertEquals } from "@std/assert";
import { add } from "../../../../engine/decide/engine/ranges.ts";

Deno.test("add() keeps ranges sorted, disjoint and not touching, whatever the order", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const ranges: number[] = [];
    const held = new Set<number>();
    let x = seed * 7_919;
    for (let i = 0; i < 12; i++) {
      x = (x * 48_271) % 2_147_483_647;
      const from = x % 40;
      const to = from + (x >> 7) % 6;
      add(ranges, from, to);
      for (let n = from; n < to; n++) held.add(n);
    }
    const expected = Array.from({ length: 60 }, (_, n) => n).filter((n) => held.has(n));
    const got: number[] = [];
    for (let k = 0; k < ranges.length; k += 2) {
      for (let n = ranges[k]!; n < ranges[k + 1]!; n++) got.push(n);
      if (k > 0) assertEquals(ranges[k]! > ranges[k - 1]!, true);
    }
    assertEquals(got, expected);
  }
});
