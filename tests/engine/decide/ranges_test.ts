import { assertEquals, assertThrows } from "@std/assert";
import { OrdinalSet } from "engine";
import { dice } from "../ledger/dice.ts";

const numbers = (of: OrdinalSet) => [...of];

/** Sets of every density: few ranges, ranges that become bits, and some far away. */
function randomSet(roll: (n: number) => number): Set<number> {
  const found = new Set<number>();
  const [pieces, spread] = [[3, 30], [40, 400], [3_000, 20_000]][roll(3)] as [number, number];
  for (let i = roll(pieces); i > 0; i--) {
    const from = roll(spread);
    for (let n = from; n < from + 1 + roll(4); n++) found.add(n);
  }
  if (roll(10) === 0) found.add(5_000_000 + roll(10));
  return found;
}

const sorted = (set: Iterable<number>) => [...set].sort((a, b) => a - b);

Deno.test("OrdinalSet equals a set of numbers in every operation, on 400 random pairs", () => {
  const roll = dice(7).below;
  for (let i = 0; i < 400; i++) {
    const [a, b] = [randomSet(roll), randomSet(roll)];
    const [x, y] = [OrdinalSet.from(a), OrdinalSet.from(b)];
    assertEquals(numbers(x), sorted(a));
    assertEquals(numbers(x.union(y)), sorted(a.union(b)));
    assertEquals(numbers(x.minus(y)), sorted(a.difference(b)));
    assertEquals(numbers(x.intersect(y)), sorted(a.intersection(b)));
    assertEquals(x.size, a.size);
    assertEquals(x.end, a.size ? Math.max(...a) + 1 : 0);
    for (let n = 0; n < 50; n++) assertEquals(x.has(n), a.has(n));
    assertEquals(numbers(OrdinalSet.parse(`${x}`)), numbers(x));
    assertEquals(x.union(y).toString(), y.union(x).toString());
  }
});

Deno.test("OrdinalSet writes ranges with both ends", () => {
  assertEquals(OrdinalSet.from([9, 0, 1, 2, 5, 8, 8]).toString(), "0-2,5,8-9");
  assertEquals(JSON.stringify({ built: OrdinalSet.of([0, 1]) }), '{"built":"0"}');
  assertEquals(OrdinalSet.parse("").size, 0);
});

Deno.test("OrdinalSet refuses what is not sorted, disjoint and whole", () => {
  for (const wrong of [[0, 0], [3, 1], [0, 2, 1, 3], [0, 2, 2, 3], [0.5, 1], [-1, 2], [1]]) {
    assertThrows(() => OrdinalSet.of(wrong), RangeError, "Cannot make a set of ranges");
  }
  for (const wrong of ["1-", "a", "1,,2", "-3", "1 2"]) {
    assertThrows(() => OrdinalSet.parse(wrong), SyntaxError, "is not like");
  }
  assertThrows(() => OrdinalSet.parse("5-3"), RangeError);
});

Deno.test("OrdinalSet holds a million slices, every other one, in 125 kB", () => {
  const odd = OrdinalSet.from(Array.from({ length: 500_000 }, (_, i) => 2 * i + 1));
  const all = OrdinalSet.of([0, 1_000_000]);
  const even = all.minus(odd);
  assertEquals(even.size, 500_000);
  assertEquals([even.has(0), even.has(1), even.has(999_998)], [true, false, true]);
  assertEquals(even.union(odd).toString(), "0-999999");
  assertEquals(even.intersect(odd).size, 0);
});
