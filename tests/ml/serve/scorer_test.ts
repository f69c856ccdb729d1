import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Matrix, Scorer, train } from "../../../ml/mod.ts";
import { curved, FEATURES, head, largestDifference, request } from "../data.ts";

const trained = await train(request({ algorithm: "lightgbm", rounds: 200 }));

Deno.test("Scorer gives the same in line and in its thread", async () => {
  await using scorer = await Scorer.load(trained.onnx, FEATURES);
  const many = curved(1000, 31).rows;
  const threaded = await scorer.score(many);
  assertEquals(threaded.length, 1000);
  assertEquals(await scorer.score(head(many, 200)), threaded.slice(0, 200));
  assertEquals(await scorer.score(head(many, 1)), threaded.slice(0, 1));
  assertEquals(await scorer.score(head(many, 0)), new Float32Array());
});

Deno.test("Scorer leaves the caller's values where they are", async () => {
  await using scorer = await Scorer.load(trained.onnx, FEATURES);
  const { rows } = curved(300, 32);
  const before = rows.values.slice();
  await scorer.score(rows);
  assertEquals(rows.values, before);
});

Deno.test("Scorer answers many at once, each with its own", async () => {
  await using scorer = await Scorer.load(trained.onnx, FEATURES);
  const batches = [201, 5, 800, 300].map((rows, at) => curved(rows, 40 + at).rows);
  const together = await Promise.all(batches.map((batch) => scorer.score(batch)));
  for (const [at, batch] of batches.entries()) {
    assertEquals(together[at], await scorer.score(batch));
  }
});

Deno.test("Scorer keeps the event loop alive while it scores 200,000 rows", async () => {
  await using scorer = await Scorer.load(trained.onnx, FEATURES);
  await scorer.score(curved(201, 50).rows); // the thread is there
  const large = repeated(curved(2000, 51).rows, 100);
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 5);
  const begin = performance.now();
  const scores = await scorer.score(large);
  const took = performance.now() - begin;
  clearInterval(timer);
  assert(largestDifference(scores.subarray(0, 2000), scores.subarray(198_000)) === 0);
  assert(longest < took / 2, `blocked ${longest} of ${took} ms`);
});

Deno.test("Scorer.load() refuses features in another order than it was trained on", async () => {
  const swapped = FEATURES.toReversed();
  await assertRejects(
    () => Scorer.load(trained.onnx, swapped),
    RangeError,
    `it was trained on "wave", "left", "right", "shade", "noise", "flat", in this order`,
  );
});

Deno.test("Scorer.load() refuses bytes that are no model", async () => {
  await assertRejects(() => Scorer.load(new Uint8Array(50).fill(255), FEATURES), TypeError);
  await assertRejects(() => Scorer.load(new Uint8Array(), FEATURES), Error);
});

Deno.test("Scorer.score() refuses matrices of another shape", async () => {
  await using scorer = await Scorer.load(trained.onnx, FEATURES);
  const wrong = { rows: 1, features: 5, values: new Float32Array(5) };
  await assertRejects(() => scorer.score(wrong), RangeError, "5 features, expected 6");
});

function repeated(matrix: Matrix, times: number): Matrix {
  const values = new Float32Array(matrix.values.length * times);
  for (let time = 0; time < times; time++) values.set(matrix.values, time * matrix.values.length);
  return { ...matrix, rows: matrix.rows * times, values };
}
