import { assertEquals } from "@std/assert";
import { levelOf, maxLevel, xpThresholds } from "../../assets/xp_curve.ts";

Deno.test("levelOf() changes exactly at the thresholds", () => {
  assertEquals(xpThresholds.slice(0, 5), [0, 100, 300, 600, 1000]);
  xpThresholds.forEach((xp, i) => {
    assertEquals(levelOf(xp), i + 1);
    if (i > 0) assertEquals(levelOf(xp - 1), i);
  });
  assertEquals([levelOf(-1), levelOf(1e12)], [1, maxLevel]);
});
