import { assertEquals, assertThrows } from "@std/assert";
import { fromLightgbm } from "../../../ml/trees/from_lightgbm.ts";
import { fromXgboost } from "../../../ml/trees/from_xgboost.ts";
import { KINDS, model } from "./models.ts";

const textOf = (algorithm: string, name: string) => {
  using trained = model(
    KINDS.find((kind) => kind.algorithm === algorithm && kind.name === name)!,
  );
  return new TextDecoder().decode(trained.native);
};

Deno.test("fromXgboost() takes base_score back to the scale of the sum", () => {
  const json = JSON.parse(textOf("xgboost", "binary"));
  json.learner.learner_model_param.base_score = "[7.5E-1]";
  assertEquals(fromXgboost(JSON.stringify(json)).base, [Math.fround(Math.log(3))]);
});

Deno.test("fromXgboost() refuses what is no ensemble of trees", () => {
  const json = JSON.parse(textOf("xgboost", "regression"));
  json.learner.gradient_booster.name = "gblinear";
  assertThrows(() => fromXgboost(JSON.stringify(json)), TypeError, `"gblinear" is no ensemble`);
});

Deno.test("fromXgboost() refuses leaves that hold vectors", () => {
  const json = JSON.parse(textOf("xgboost", "regression"));
  json.learner.gradient_booster.model.trees[0].tree_param.size_leaf_vector = "3";
  assertThrows(() => fromXgboost(JSON.stringify(json)), TypeError, "multi_output_tree");
});

Deno.test("fromLightgbm() reads infinite thresholds, which split missing from all else", () => {
  const text = textOf("lightgbm", "regression");
  const infinite = text.replace(/^threshold=\S+/m, "threshold=inf");
  assertEquals(fromLightgbm(infinite).trees[0]!.threshold[0], Infinity);
  const broken = text.replace(/^threshold=\S+/m, "threshold=1.x");
  assertThrows(() => fromLightgbm(broken), SyntaxError, `"1.x" is no number`);
});

Deno.test("fromLightgbm() refuses what it cannot convert", () => {
  const text = textOf("lightgbm", "regression");
  const as = (objective: string) => text.replace(/^objective=.*$/m, `objective=${objective}`);
  for (const objective of ["multiclassova num_class:3", "regression sqrt"]) {
    assertThrows(() => fromLightgbm(as(objective)), TypeError, `"${objective}" is not supported`);
  }
  const linear = text.replace(/^is_linear=0$/m, "is_linear=1");
  assertThrows(() => fromLightgbm(linear), TypeError, "linear trees");
});
