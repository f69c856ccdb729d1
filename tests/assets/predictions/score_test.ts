import { assertEquals, assertThrows } from "@std/assert";
import { questionsAt } from "../../../assets/predictions/score.ts";
import { historyFrom, plainLife } from "../inputs/history_fixture.ts";

const cutoff = Date.parse("2025-01-20T00:00Z");

Deno.test("questionsAt() asks in the order of the model's inputs, also for users without events", () => {
  const history = historyFrom(plainLife("2025-01-01", 30), ["UTC", "UTC"]);
  const names = ["hours_ahead", "own_energy_mean_7d"];
  const { users, inputs } = questionsAt(history, { model: "energy", names, cutoff });
  assertEquals([users.length, inputs.rows, inputs.features], [24, 24, 2]);
  assertEquals(Array.from(inputs.values.subarray(0, 6)).filter((_, i) => i % 2 === 0), [0, 2, 4]);
  assertEquals([users[12], inputs.values[25]], ["user-1", NaN]);
});

Deno.test("questionsAt() refuses a model that wants an input that is not made", () => {
  const names = ["hours_ahead", "shoe_size"];
  assertThrows(
    () => questionsAt(historyFrom([]), { model: "mood", names, cutoff }),
    RangeError,
    'the model wants input "shoe_size"',
  );
});
