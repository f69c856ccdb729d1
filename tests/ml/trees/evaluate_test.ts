import { assert, assertEquals } from "@std/assert";
import type { Ensemble, Link } from "../../../ml/trees/ensemble.ts";
import { evaluate } from "../../../ml/trees/evaluate.ts";
import { thresholdRows } from "../../../ml/onnx/threshold_rows.ts";
import { largestDifference } from "../data.ts";
import { KINDS, model } from "./models.ts";

for (const kind of KINDS) {
  Deno.test(`evaluate() says what ${kind.algorithm} says: ${kind.name}`, () => {
    using trained = model(kind);
    const hard = thresholdRows(trained.ensemble, 2000, 5);
    const expected = trained.predict(hard);
    const scores = linked(evaluate(trained.ensemble, hard), trained.ensemble);
    const size = Math.max(1, ...Array.from(expected, Math.abs));
    assert(largestDifference(scores, expected) < 2e-6 * size, `of ${size}`);
    if (kind.name !== "no split") assert(new Set(scores).size > 100);
  });
}

Deno.test("evaluate() reads names, features and outputs of the models", () => {
  using trained = model(KINDS.find(({ name }) => name === "4 classes")!);
  const { features, outputs, names, trees } = trained.ensemble;
  assertEquals([features, outputs, trees.length], [6, 4, 240]);
  assertEquals(names?.[0], "wave");
});

function linked(sums: Float64Array, { link, sigmoidSlope, outputs }: Ensemble): Float64Array {
  const links: { readonly [link in Link]: (sums: Float64Array) => Float64Array } = {
    identity: (sums) => sums,
    exp: (sums) => sums.map(Math.exp),
    sigmoid: (sums) => sums.map((sum) => 1 / (1 + Math.exp(-sum * sigmoidSlope))),
    softmax: (sums) => softmax(sums, outputs),
  };
  return links[link](sums);
}

function softmax(sums: Float64Array, outputs: number): Float64Array {
  const powers = sums.map(Math.exp);
  return powers.map((power, at) => {
    const row = at - at % outputs;
    return power / powers.subarray(row, row + outputs).reduce((sum, value) => sum + value, 0);
  });
}
