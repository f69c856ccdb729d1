import { assert, assertEquals, assertThrows } from "@std/assert";
import { onnxFeatures, onnxMetadata } from "../../../ml/onnx/metadata.ts";
import { toOnnx } from "../../../ml/onnx/model.ts";
import { compare } from "../../../ml/onnx/parity.ts";
import { thresholdRows } from "../../../ml/onnx/threshold_rows.ts";
import { Session } from "../../../ml/serve/session.ts";
import { curved, FEATURES } from "../data.ts";
import { KINDS, model } from "../trees/models.ts";

for (const kind of KINDS) {
  Deno.test(`onnxruntime says what ${kind.algorithm} says: ${kind.name}`, async () => {
    using trained = model(kind);
    await using session = await Session.load(toOnnx(trained.ensemble));
    const hard = thresholdRows(trained.ensemble, 20_000, 11);
    compare(trained.predict(hard), await session.score(hard), "threshold");
    if (kind.name === "categories") return; // the fourth of these rows is no category
    const ordinary = curved(5000, 12).rows;
    compare(trained.predict(ordinary), await session.score(ordinary), "ordinary");
  });
}

Deno.test("thresholdRows() show thresholds that were rounded to nearest", async () => {
  using trained = model(KINDS.find(({ algorithm }) => algorithm === "lightgbm")!);
  const trees = trained.ensemble.trees.map((tree) => ({
    ...tree,
    threshold: tree.threshold.map(Math.fround),
  }));
  await using session = await Session.load(toOnnx({ ...trained.ensemble, trees }));
  const hard = thresholdRows(trained.ensemble, 5000, 11);
  const [native, onnx] = [trained.predict(hard), await session.score(hard)];
  const wrong = onnx.filter((value, row) => Math.abs(value - native[row]!) > 1e-3).length;
  assert(wrong > 500, `${wrong} rows`);
});

Deno.test("toOnnx() gives the same bytes for the same model", () => {
  using trained = model(KINDS[0]!);
  assertEquals(toOnnx(trained.ensemble), toOnnx(trained.ensemble));
});

Deno.test("onnxMetadata() reads what toOnnx() was given, and the features", () => {
  using trained = model(KINDS[0]!);
  const onnx = toOnnx({ ...trained.ensemble, names: FEATURES }, { library: "xgboost 3.2.0" });
  assertEquals(onnxMetadata(onnx).get("library"), "xgboost 3.2.0");
  assertEquals(onnxFeatures(onnx), FEATURES);
  const unnamed = { ...trained.ensemble, names: undefined };
  assertEquals(onnxFeatures(toOnnx(unnamed)), undefined);
});

Deno.test("onnxMetadata() refuses what is no model", () => {
  const bytes = new Uint8Array(20).fill(255);
  assertThrows(() => onnxMetadata(bytes), TypeError, "Cannot read ONNX model of 20 bytes");
});
