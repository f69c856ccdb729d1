import { assertEquals } from "@std/assert";
import { conformalInterval } from "../../../assets/models/interval.ts";

const rows = (residuals: readonly number[]) => ({
  label: Float32Array.from(residuals),
  predicted: new Float32Array(residuals.length),
  at: Float64Array.from(residuals, (_, i) => i),
  level: 0.8,
});

Deno.test("conformalInterval() takes the width of all rows and tries the earlier half's on the later", () => {
  const earlier = [1, -2, 3, -4, 5, 6, 7, 8, 9];
  const later = [1, 8, -8, 9, 20, 2, 3, 4, 5];
  const interval = conformalInterval(rows([...earlier, ...later]));
  // ceil(10 × 0.8) = the 8th of the earlier nine is 8, which holds seven of the later nine;
  // ceil(19 × 0.8) = the 16th of all eighteen is 9.
  assertEquals(interval, { level: 0.8, halfWidth: 9, coverage: 7 / 9 });
});

Deno.test("conformalInterval() shows a drift as a coverage that is too low", () => {
  const steady = Array.from({ length: 100 }, (_, i) => i % 10);
  const drifted = steady.map((r) => r * 3);
  assertEquals(conformalInterval(rows([...steady, ...drifted])).coverage < 0.5, true);
});
