import type { Ensemble, Link, Tree } from "./ensemble.ts";

/**
 * The parts of XGBoost's JSON model that matter; parsed from outside, so nothing is taken for sure.
 */
interface Model {
  readonly learner: {
    readonly feature_names?: readonly string[];
    readonly learner_model_param: {
      readonly base_score: string;
      readonly num_class: string;
      readonly num_feature: string;
      readonly num_target?: string;
    };
    readonly objective: { readonly name: string };
    readonly gradient_booster: TreeBooster & {
      readonly name: string;
      readonly gbtree?: TreeBooster;
      readonly weight_drop?: readonly number[];
    };
  };
}

interface TreeBooster {
  readonly model?: { readonly trees: readonly JsonTree[]; readonly tree_info: readonly number[] };
}

interface JsonTree {
  readonly tree_param: { readonly size_leaf_vector?: string };
  readonly left_children: readonly number[];
  readonly right_children: readonly number[];
  readonly split_indices: readonly number[];
  readonly split_conditions: readonly number[];
  readonly split_type: readonly number[];
  readonly default_left: readonly (number | boolean)[];
  readonly categories_nodes?: readonly number[];
  readonly categories_segments?: readonly number[];
  readonly categories_sizes?: readonly number[];
  readonly categories?: readonly number[];
}

/**
 * Reads a model that XGBoost saved as JSON.
 *
 * @throws {TypeError} If it is no ensemble of trees (gblinear), or its leaves hold vectors.
 * @see {@link https://xgboost.readthedocs.io/en/release_3.2.0/tutorials/saving_model.html}
 */
export function fromXgboost(json: string): Ensemble {
  const { learner } = JSON.parse(json) as Model;
  const parameters = learner.learner_model_param;
  const booster = learner.gradient_booster;
  const model = booster.name === "dart" ? booster.gbtree?.model : booster.model;
  if (model === undefined || booster.name === "gblinear") {
    throw new TypeError(`Cannot read XGBoost model: "${booster.name}" is no ensemble of trees`);
  }
  const objective = learner.objective.name;
  const link = linkOf(objective);
  const outputs = Math.max(1, Number(parameters.num_class), Number(parameters.num_target ?? 1));
  return {
    source: "xgboost",
    features: Number(parameters.num_feature),
    outputs,
    trees: model.trees.map((tree, at) =>
      treeOf(tree, { target: model.tree_info[at]!, weight: booster.weight_drop?.[at] ?? 1 })
    ),
    base: baseOf(parameters.base_score, { objective, link, outputs }),
    average: false,
    zeroMissing: new Set(),
    link,
    sigmoidSlope: 1,
    names: learner.feature_names?.length ? learner.feature_names : undefined,
  };
}

function linkOf(objective: string): Link {
  if (/^(binary|reg):logistic$/.test(objective)) return "sigmoid";
  if (/^multi:soft(prob|max)$/.test(objective)) return "softmax";
  if (/^(count:poisson|reg:gamma|reg:tweedie|survival:cox|survival:aft)$/.test(objective)) {
    return "exp";
  }
  return "identity";
}

/** `base_score` is a text such as `[5E-1]` on the scale of the output: taken back, in float32. */
function baseOf(
  text: string,
  o: { objective: string; link: Link; outputs: number },
): readonly number[] {
  const scores = text.replace(/[[\]]/g, "").split(",").map(Number);
  if (scores.some(Number.isNaN)) {
    throw new SyntaxError(`Cannot read XGBoost model: base_score "${text}" is no number`);
  }
  const isLogit = o.link === "sigmoid" || o.objective === "binary:logitraw";
  return Array.from({ length: o.outputs }, (_, output) => {
    const score = scores[scores.length === 1 ? 0 : output]!;
    if (isLogit) return Math.fround(-Math.log(1 / score - 1));
    return Math.fround(o.link === "exp" ? Math.log(score) : score);
  });
}

function treeOf(tree: JsonTree, { target, weight }: { target: number; weight: number }): Tree {
  if (Number(tree.tree_param.size_leaf_vector ?? 1) > 1) {
    throw new TypeError(`Cannot read XGBoost model: a leaf holds a vector (multi_output_tree)`);
  }
  const members = membersOf(tree);
  // XGBoost sends the members of a set to the right; with us "in" means left.
  const pick = <T>(ours: readonly T[], other: readonly T[]) =>
    ours.map((value, node) => members[node] === undefined ? value : other[node]!);
  return {
    left: pick(tree.left_children, tree.right_children),
    right: pick(tree.right_children, tree.left_children),
    feature: tree.split_indices,
    threshold: tree.split_conditions.map(Math.fround),
    value: tree.split_conditions.map((value) => Math.fround(value) * weight),
    nanLeft: tree.default_left.map((left, node) => Boolean(left) === (members[node] === undefined)),
    mode: tree.split_type.map((type) => type === 1 ? "in" : "lt"),
    members,
    target,
  };
}

function membersOf(tree: JsonTree): (readonly number[] | undefined)[] {
  const members: (readonly number[] | undefined)[] = tree.left_children.map(() => undefined);
  tree.categories_nodes?.forEach((node, at) => {
    const begin = tree.categories_segments?.[at] ?? 0;
    members[node] = tree.categories?.slice(begin, begin + (tree.categories_sizes?.[at] ?? 0)) ?? [];
  });
  return members;
}
