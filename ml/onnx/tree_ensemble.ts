import { divisor, type Ensemble, isLeaf, type Tree } from "../trees/ensemble.ts";
import { floor32 } from "../trees/float32.ts";
import type { Attribute } from "./protobuf.ts";

/** The domain of ONNX's operators for classic machine learning. */
export const ML_DOMAIN = "ai.onnx.ml";

/**
 * The version of that domain: 3 is read by every runtime; 5 halves the file and asks for a new one.
 */
export const ML_VERSION = 3;

/** Columns of the operator: one entry a node, then one a leaf. */
class Table {
  readonly treeIds: number[] = [];
  readonly nodeIds: number[] = [];
  readonly features: number[] = [];
  readonly values: number[] = [];
  readonly modes: string[] = [];
  readonly trueIds: number[] = [];
  readonly falseIds: number[] = [];
  readonly nanTrue: number[] = [];
  readonly leafTrees: number[] = [];
  readonly leafNodes: number[] = [];
  readonly leafTargets: number[] = [];
  readonly leafWeights: number[] = [];

  node(
    tree: number,
    id: number,
    o: { mode: string; feature: number; value: number; yes: number; no: number; nanYes: boolean },
  ): void {
    this.treeIds.push(tree);
    this.nodeIds.push(id);
    this.modes.push(o.mode);
    this.features.push(o.feature);
    this.values.push(o.value);
    this.trueIds.push(o.yes);
    this.falseIds.push(o.no);
    this.nanTrue.push(o.nanYes ? 1 : 0);
  }

  leaf(tree: number, id: number, o: { target: number; weight: number }): void {
    this.node(tree, id, { mode: "LEAF", feature: 0, value: 0, yes: 0, no: 0, nanYes: false });
    this.leafTrees.push(tree);
    this.leafNodes.push(id);
    this.leafTargets.push(o.target);
    this.leafWeights.push(o.weight);
  }
}

/**
 * The attributes of `TreeEnsembleRegressor`, which sums the trees as float32.
 *
 * Thresholds of `<=` are rounded down to float32, so that no float32 changes sides.
 *
 * @see {@link https://onnx.ai/onnx/operators/onnx_aionnxml_TreeEnsembleRegressor.html}
 */
export function treeEnsembleAttributes(ensemble: Ensemble): readonly Attribute[] {
  const table = new Table();
  const by = divisor(ensemble);
  ensemble.trees.forEach((tree, at) => addTree(table, tree, { at, by }));
  return [
    ["n_targets", { int: ensemble.outputs }],
    ["aggregate_function", { text: "SUM" }],
    ["post_transform", { text: "NONE" }],
    ["base_values", { floats: ensemble.base }],
    ["nodes_treeids", { ints: table.treeIds }],
    ["nodes_nodeids", { ints: table.nodeIds }],
    ["nodes_featureids", { ints: table.features }],
    ["nodes_values", { floats: table.values }],
    ["nodes_modes", { texts: table.modes }],
    ["nodes_truenodeids", { ints: table.trueIds }],
    ["nodes_falsenodeids", { ints: table.falseIds }],
    ["nodes_missing_value_tracks_true", { ints: table.nanTrue }],
    ["target_treeids", { ints: table.leafTrees }],
    ["target_nodeids", { ints: table.leafNodes }],
    ["target_ids", { ints: table.leafTargets }],
    ["target_weights", { floats: table.leafWeights }],
  ];
}

function addTree(table: Table, tree: Tree, { at, by }: { at: number; by: number }): void {
  let unused = tree.left.length;
  for (let node = 0; node < tree.left.length; node++) {
    const feature = tree.feature[node]!;
    const [yes, no, nanYes] = [tree.left[node]!, tree.right[node]!, tree.nanLeft[node]!];
    if (isLeaf(tree, node)) {
      table.leaf(at, node, { target: tree.target, weight: tree.value[node]! / by });
    } else if (tree.mode[node] === "in") {
      // A chain of equalities with one shared way out, which the runtime folds into a set of bits.
      const members = tree.members[node]!;
      members.forEach((value, step) => {
        const self = step === 0 ? node : unused++;
        const next = step === members.length - 1 ? no : unused;
        table.node(at, self, { mode: "BRANCH_EQ", feature, value, yes, no: next, nanYes });
      });
    } else {
      const mode = tree.mode[node] === "lt" ? "BRANCH_LT" : "BRANCH_LEQ";
      const threshold = tree.threshold[node]!;
      const value = mode === "BRANCH_LT" ? Math.fround(threshold) : floor32(threshold);
      table.node(at, node, { mode, feature, value, yes, no, nanYes });
    }
  }
}
