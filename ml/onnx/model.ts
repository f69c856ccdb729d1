import type { BinaryWriter } from "@bufbuild/protobuf/wire";
import type { Ensemble } from "../trees/ensemble.ts";
import { edge, encoded, type Fields, int, message, operator, tensor, text } from "./protobuf.ts";
import { ML_DOMAIN, ML_VERSION, treeEnsembleAttributes } from "./tree_ensemble.ts";

const IR_VERSION = 8;
const ONNX_VERSION = 17;

/** Key of the metadata that holds the names of the features, as JSON. */
export const FEATURES_KEY = "features";

/** Operators and constants of a graph in the making, and the name of what came out last. */
interface Graph {
  readonly operators: Fields[];
  readonly constants: Fields[];
  last: string;
}

/**
 * Writes a model as ONNX: input `x` (rows × features, float32), output `y` (rows × outputs,
 * float32).
 *
 * The same model gives the same bytes. `metadata` is kept beside the names of the features.
 */
export function toOnnx(
  ensemble: Ensemble,
  metadata: { readonly [key: string]: string } = {},
): Uint8Array {
  const graph: Graph = { operators: [], constants: [], last: "x" };
  if (ensemble.zeroMissing.size > 0) addZeroMissing(graph, ensemble);
  graph.operators.push(operator("TreeEnsembleRegressor", { from: [graph.last], to: "sum" }, {
    domain: ML_DOMAIN,
    attributes: treeEnsembleAttributes(ensemble),
  }));
  graph.last = "sum";
  addLink(graph, ensemble);
  graph.operators.push(operator("Identity", { from: [graph.last], to: "y" }));
  const named = ensemble.names === undefined
    ? metadata
    : { ...metadata, [FEATURES_KEY]: JSON.stringify(ensemble.names) };
  return encoded((writer) => writeModel(writer, graph, ensemble, named));
}

function writeModel(
  writer: BinaryWriter,
  graph: Graph,
  ensemble: Ensemble,
  metadata: { readonly [key: string]: string },
): void {
  int(writer, 1, IR_VERSION);
  text(writer, 2, "aurora");
  message(writer, 7, (body) => {
    for (const item of graph.operators) message(body, 1, item);
    text(body, 2, ensemble.source);
    for (const item of graph.constants) message(body, 5, item);
    message(body, 11, edge("x", ["rows", ensemble.features]));
    message(body, 12, edge("y", ["rows", ensemble.outputs]));
  });
  for (const [domain, version] of [["", ONNX_VERSION], [ML_DOMAIN, ML_VERSION]] as const) {
    message(writer, 8, (used) => {
      text(used, 1, domain);
      int(used, 2, version);
    });
  }
  for (const [key, value] of Object.entries(metadata)) {
    message(writer, 14, (entry) => {
      text(entry, 1, key);
      text(entry, 2, value);
    });
  }
}

/** Zeros of features whose zeros are missing become NaN once, ahead of all trees. */
function addZeroMissing(graph: Graph, { features, zeroMissing }: Ensemble): void {
  const mask = Float32Array.from({ length: features }, (_, at) => zeroMissing.has(at) ? 1 : 0);
  const scalar = (name: string, value: number) =>
    tensor("float", [1], Float32Array.of(value), name);
  graph.constants.push(
    scalar("zero", Math.fround(1e-35)),
    scalar("missing", NaN),
    scalar("half", 0.5),
    tensor("float", [1, features], mask, "mask"),
  );
  graph.operators.push(
    operator("Abs", { from: ["x"], to: "size" }),
    operator("LessOrEqual", { from: ["size", "zero"], to: "isZero" }),
    operator("Greater", { from: ["mask", "half"], to: "isMasked" }),
    operator("And", { from: ["isZero", "isMasked"], to: "isMissing" }),
    operator("Where", { from: ["isMissing", "missing", "x"], to: "known" }),
  );
  graph.last = "known";
}

function addLink(graph: Graph, { link, sigmoidSlope }: Ensemble): void {
  if (link === "identity") return;
  if (link === "sigmoid" && sigmoidSlope !== 1) {
    graph.constants.push(tensor("float", [1], Float32Array.of(sigmoidSlope), "slope"));
    graph.operators.push(operator("Mul", { from: [graph.last, "slope"], to: "scaled" }));
    graph.last = "scaled";
  }
  const name = { sigmoid: "Sigmoid", softmax: "Softmax", exp: "Exp" }[link];
  const attributes = link === "softmax" ? [["axis", { int: 1 }] as const] : [];
  graph.operators.push(operator(name, { from: [graph.last], to: "linked" }, { attributes }));
  graph.last = "linked";
}
