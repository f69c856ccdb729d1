import { assert, assertThrows } from "@std/assert";
import { evaluate } from "../../../ml/trees/evaluate.ts";
import { FlatScorer } from "../../../ml/trees/flat.ts";
import { thresholdRows } from "../../../ml/onnx/threshold_rows.ts";
import { largestDifference } from "../data.ts";
import { KINDS, model } from "./models.ts";

const SPECIAL = ["zero as missing", "categories"];

for (const kind of KINDS.filter(({ name }) => !SPECIAL.includes(name))) {
  Deno.test(`FlatScorer says what evaluate() says: ${kind.algorithm}, ${kind.name}`, () => {
    using trained = model(kind);
    const hard = thresholdRows(trained.ensemble, 2000, 6);
    const flat = new FlatScorer(trained.ensemble).score(hard);
    assert(largestDifference(flat, evaluate(trained.ensemble, hard)) < 1e-12);
  });
}

Deno.test("FlatScorer refuses categories, zeros as missing and other numbers of features", () => {
  for (const name of SPECIAL) {
    using trained = model(KINDS.find((kind) => kind.name === name)!);
    assertThrows(() => new FlatScorer(trained.ensemble), TypeError, "Cannot flatten model");
  }
  using trained = model(KINDS[0]!);
  const wrong = { rows: 1, features: 2, values: new Float32Array(2) };
  assertThrows(() => new FlatScorer(trained.ensemble).score(wrong), RangeError, "2 features");
});
