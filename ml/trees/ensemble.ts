/** How a node decides: left if `x < t`, if `x <= t`, or if `x` is one of its members. */
export type Mode = "lt" | "leq" | "in";

/** One tree as a structure of arrays, one entry a node; the root is node 0. */
export interface Tree {
  /** Node for the rows that pass; -1 marks a leaf. */
  readonly left: readonly number[];
  /** Node for the rows that do not pass; -1 at a leaf. */
  readonly right: readonly number[];
  /** Which feature is asked. */
  readonly feature: readonly number[];
  /** What it is compared with. */
  readonly threshold: readonly number[];
  /** What a leaf adds. */
  readonly value: readonly number[];
  /** Whether a missing value goes left. */
  readonly nanLeft: readonly boolean[];
  /** How it is compared. */
  readonly mode: readonly Mode[];
  /** Categories that go left, where the mode is `in`. */
  readonly members: readonly (readonly number[] | undefined)[];
  /** Which output the tree adds to. */
  readonly target: number;
}

/** What is made of the sum: regression, one class, several classes, counts. */
export type Link = "identity" | "sigmoid" | "softmax" | "exp";

/** A model of trees, of whichever library. */
export interface Ensemble {
  /** The library it comes from. */
  readonly source: "xgboost" | "lightgbm";
  /** Number of features of a row. */
  readonly features: number;
  /** Number of values a row is given: 1, or one a class. */
  readonly outputs: number;
  /** The trees, each adding to one output. */
  readonly trees: readonly Tree[];
  /** What each output begins with. */
  readonly base: readonly number[];
  /** Whether the trees' mean counts instead of their sum (random forests). */
  readonly average: boolean;
  /** Features whose zeros (|x| ≤ 1e-35) read as missing. */
  readonly zeroMissing: ReadonlySet<number>;
  /** What is made of the sum. */
  readonly link: Link;
  /** The sum is multiplied by this before a sigmoid. */
  readonly sigmoidSlope: number;
  /** Names of the features, if the model knows them. */
  readonly names: readonly string[] | undefined;
}

/** Whether the node is a leaf. */
export function isLeaf(tree: Tree, node: number): boolean {
  return tree.left[node] === -1;
}

/** Trees that add up in one output: what their sum is divided by in an average. */
export function divisor(ensemble: Ensemble): number {
  return ensemble.average ? ensemble.trees.length / ensemble.outputs : 1;
}
