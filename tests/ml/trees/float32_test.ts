import { assert, assertEquals } from "@std/assert";
import { floor32, nextDown, nextUp } from "../../../ml/trees/float32.ts";
import { generator } from "../data.ts";

Deno.test("nextDown() and nextUp() are neighbours, around zero too", () => {
  assertEquals(nextUp(1), 1 + 2 ** -23);
  assertEquals(nextDown(1), 1 - 2 ** -24);
  assertEquals([nextUp(0), nextDown(0)], [2 ** -149, -(2 ** -149)]);
  for (const x of [1, -1, 2.5, -1e30, 1e-40].map(Math.fround)) {
    assertEquals(nextDown(nextUp(x)), x);
    assert(nextDown(x) < x && x < nextUp(x));
  }
});

Deno.test("floor32() sends every float32 the way that the double sends it", () => {
  const random = generator(1);
  for (let n = 0; n < 10_000; n++) {
    const threshold = (random() - 0.5) * 10 ** Math.floor(random() * 20 - 10);
    const near = Math.fround(threshold);
    for (const x of [nextDown(near), near, nextUp(near)]) {
      assertEquals(x <= floor32(threshold), x <= threshold, `${x} <= ${threshold}`);
    }
  }
});

Deno.test("floor32() stays within float32 and keeps infinity", () => {
  assertEquals(floor32(1e300), 3.4028234663852886e38);
  assertEquals([floor32(Infinity), floor32(-Infinity), floor32(0.5)], [Infinity, -Infinity, 0.5]);
});
