import { assertEquals, assertRejects } from "@std/assert";
import {
  incompleteUsers,
  type PredictedFrame,
  readPredictions,
  savePredictions,
} from "../../../assets/predictions/table.ts";
import { emptyDatabase } from "../pipeline.ts";

const ada = "00000000-0000-7000-8000-00000000000a";
const first = Date.parse("2025-03-01T00:00Z");

function set(kind: PredictedFrame["kind"], values: readonly number[]): PredictedFrame {
  const value = Float64Array.from(values);
  return {
    kind,
    modelVersion: `${kind}-2025-02-28-abc`,
    featureVersion: "1",
    frame: {
      rows: values.length,
      columns: {
        user_id: values.map(() => ada),
        target: Float64Array.from(values, (_, i) => first + 2 * i * 3_600_000),
        value,
        low: value.map((v) => v - 0.5),
        high: value.map((v) => v + 0.5),
      },
    },
  };
}

const day = {
  version: 7n,
  partition: "2025-02-28",
  createdAt: new Date("2025-03-01T06:00Z"),
};

Deno.test("savePredictions() replaces what the same attempt wrote, and keeps every digit", async () => {
  await using db = await emptyDatabase();
  const rows = (values: readonly number[]) =>
    savePredictions(db.sql, { ...day, sets: [set("energy", values), set("mood", [5])] });
  assertEquals(await rows([9, 8, 7]), 4);
  assertEquals(await rows([1 / 3 + 5, 6]), 3);
  const saved = await readPredictions(db.sql, "7");
  assertEquals(saved.map((p) => [p.kind, p.target_at.getTime() - first, p.value]), [
    ["energy", 0, 1 / 3 + 5],
    ["energy", 7_200_000, 6],
    ["mood", 0, 5],
  ]);
});

Deno.test("savePredictions() leaves the old rows if a new one is refused", async () => {
  await using db = await emptyDatabase();
  await savePredictions(db.sql, { ...day, sets: [set("mood", [5])] });
  const off = () => savePredictions(db.sql, { ...day, sets: [set("mood", [11])] });
  await assertRejects(off, Error, "prediction_rows");
  assertEquals((await readPredictions(db.sql, "7")).map((p) => p.value), [5]);
});

Deno.test("incompleteUsers() counts users with a part of a set", async () => {
  await using db = await emptyDatabase();
  const whole = [
    set("energy", Array.from({ length: 12 }, () => 5)),
    set("mood", [5]),
    set("sleep_quality", [5]),
  ];
  await savePredictions(db.sql, { ...day, sets: whole });
  assertEquals(await incompleteUsers(db.sql, "7"), 0);
  await savePredictions(db.sql, { ...day, sets: whole.slice(0, 2) });
  assertEquals(await incompleteUsers(db.sql, "7"), 1);
});
