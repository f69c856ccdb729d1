import { assertEquals } from "@std/assert";
import { asset, keyText, newest, partitions, wanted } from "engine";
import { readings } from "../../../engine/decide/inputs.ts";

const daily = partitions.daily({ start: "2025-01-01" });
const sixHourly = partitions.hours({ start: "2025-01-01T00", every: 6 });

for (const [up, down] of [[daily, daily], [daily, sixHourly], [sixHourly, daily]] as const) {
  Deno.test(`readings() of newest(): ${up.rule} in ${down.rule} are those of wanted()`, () => {
    const above = asset({ name: "above", partitions: up, materialize: () => 1 });
    const below = asset({
      name: "below",
      partitions: down,
      deps: { above: newest(above) } as never,
      materialize: () => 1,
    });
    for (const hour of ["00", "05", "06", "23"]) {
      const now = new Date(`2025-01-05T${hour}:00:00Z`);
      for (const key of down.keys(now)) {
        const expected = wanted(newest(above), down, key, now);
        const [read] = readings(below, key, now);
        assertEquals(read!.as, "newest");
        assertEquals(read!.partitions, expected.keys.map(keyText), `${key} at ${hour}`);
      }
    }
  });
}
