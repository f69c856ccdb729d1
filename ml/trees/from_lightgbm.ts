import type { Ensemble, Link, Mode, Tree } from "./ensemble.ts";
import { nextDown } from "./float32.ts";

/** LightGBM reads every |x| up to this as 0 before it compares. */
const ZERO = Math.fround(1e-35);

/** What is meant by missing: nothing (NaN reads as 0), zeros, NaN. */
const MISSING_NONE = 0;
const MISSING_ZERO = 1;

/**
 * Reads a model that LightGBM saved as text.
 *
 * @throws {TypeError} If it has linear trees, or an objective whose output is no link of a sum.
 * @throws {SyntaxError} If a number cannot be read.
 */
export function fromLightgbm(text: string): Ensemble {
  const [headText = "", ...blocks] = text.split(/\n(?=Tree=\d+\n)/);
  const head = entries(headText);
  const outputs = Number(head.get("num_tree_per_iteration") ?? 1);
  const objective = head.get("objective") ?? "regression";
  const zeroMissing = new Set<number>();
  return {
    source: "lightgbm",
    features: Number(head.get("max_feature_idx")) + 1,
    outputs,
    trees: blocks.map((block, at) =>
      new TreeReader(entries(block.split("\n\n\n")[0]!), zeroMissing).read(at % outputs)
    ),
    base: new Array<number>(outputs).fill(0),
    average: /^average_output$/m.test(headText),
    zeroMissing,
    link: linkOf(objective),
    sigmoidSlope: Number(/sigmoid:([\d.]+)/.exec(objective)?.[1] ?? 1),
    names: head.get("feature_names")?.split(" "),
  };
}

function linkOf(objective: string): Link {
  const [name = ""] = objective.split(" ");
  if (/^(multiclassova|cross_entropy_lambda)$/.test(name) || / sqrt\b/.test(objective)) {
    throw new TypeError(`Cannot read LightGBM model: objective "${objective}" is not supported`);
  }
  if (name === "binary" || name === "cross_entropy") return "sigmoid";
  if (name === "multiclass") return "softmax";
  return /^(poisson|gamma|tweedie)$/.test(name) ? "exp" : "identity";
}

function entries(text: string): Map<string, string> {
  return new Map(
    text.split("\n").map((line) => {
      const at = line.indexOf("=");
      return [line.slice(0, at), line.slice(at + 1)];
    }),
  );
}

/**
 * C++ prints infinity as `inf` (a split of NaN against all else), which `Number()` does not read.
 */
function number(text: string): number {
  const value = text === "inf" ? Infinity : text === "-inf" ? -Infinity : Number(text);
  if (text === "" || Number.isNaN(value)) {
    throw new SyntaxError(`Cannot read LightGBM model: "${text}" is no number`);
  }
  return value;
}

/** So that a comparison decides about |x| <= 1e-35 as if it were 0. */
function snapped(threshold: number): number {
  if (threshold >= -ZERO && threshold < 0) return nextDown(-ZERO);
  return threshold >= 0 && threshold < ZERO ? ZERO : threshold;
}

interface Nodes {
  readonly left: number[];
  readonly right: number[];
  readonly feature: number[];
  readonly threshold: number[];
  readonly value: number[];
  readonly nanLeft: boolean[];
  readonly mode: Mode[];
  readonly members: (readonly number[] | undefined)[];
}

/** Renumbers the nodes of one tree: LightGBM counts leaves by negative numbers of their own. */
class TreeReader {
  readonly #block: Map<string, string>;
  readonly #zeroMissing: Set<number>;
  readonly #splits: { readonly [name: string]: readonly number[] };
  readonly #nodes: Nodes = {
    left: [],
    right: [],
    feature: [],
    threshold: [],
    value: [],
    nanLeft: [],
    mode: [],
    members: [],
  };

  constructor(block: Map<string, string>, zeroMissing: Set<number>) {
    if (block.get("is_linear") === "1") {
      throw new TypeError(`Cannot read LightGBM model: linear trees are not supported`);
    }
    this.#block = block;
    this.#zeroMissing = zeroMissing;
    this.#splits = {
      feature: this.#numbers("split_feature"),
      threshold: this.#numbers("threshold"),
      decision: this.#numbers("decision_type"),
      left: this.#numbers("left_child"),
      right: this.#numbers("right_child"),
      leaf: this.#numbers("leaf_value"),
      setEnds: this.#numbers("cat_boundaries"),
      setBits: this.#numbers("cat_threshold"),
    };
  }

  read(target: number): Tree {
    if (Number(this.#block.get("num_leaves")) <= 1) this.#leaf(this.#of("leaf", 0));
    else this.#child(0);
    return { ...this.#nodes, target };
  }

  #numbers(name: string): readonly number[] {
    const text = this.#block.get(name);
    return text ? text.trim().split(" ").map(number) : [];
  }

  #of(name: string, at: number): number {
    const value = this.#splits[name]?.[at];
    if (value === undefined) {
      throw new SyntaxError(`Cannot read LightGBM model: "${name}" has no entry ${at}`);
    }
    return value;
  }

  #leaf(value: number): number {
    const { left, right, feature, threshold, nanLeft, mode, members } = this.#nodes;
    right.push(-1);
    feature.push(0);
    threshold.push(0);
    this.#nodes.value.push(value);
    nanLeft.push(false);
    mode.push("leq");
    members.push(undefined);
    return left.push(-1) - 1;
  }

  /** Adds the node `child` and all below it; gives its new number. */
  #child(child: number): number {
    if (child < 0) return this.#leaf(this.#of("leaf", ~child));
    const id = this.#leaf(0);
    const { feature, threshold, nanLeft, mode, members } = this.#nodes;
    const decision = this.#of("decision", child);
    feature[id] = this.#of("feature", child);
    const split = this.#of("threshold", child);
    if ((decision & 1) !== 0) {
      mode[id] = "in";
      members[id] = this.#set(split); // missing and negative categories go right
    } else {
      const missing = (decision >> 2) & 3;
      nanLeft[id] = missing === MISSING_NONE ? 0 <= split : (decision & 2) !== 0;
      if (missing === MISSING_ZERO) this.#zeroMissing.add(feature[id]!);
      threshold[id] = snapped(split);
    }
    this.#nodes.left[id] = this.#child(this.#of("left", child));
    this.#nodes.right[id] = this.#child(this.#of("right", child));
    return id;
  }

  /** The categories of a set, kept as 32 bits a word. */
  #set(index: number): readonly number[] {
    const begin = this.#of("setEnds", index);
    const end = this.#of("setEnds", index + 1);
    const members: number[] = [];
    for (let word = begin; word < end; word++) {
      const bits = this.#of("setBits", word);
      for (let bit = 0; bit < 32; bit++) {
        if (((bits >>> bit) & 1) === 1) members.push((word - begin) * 32 + bit);
      }
    }
    return members;
  }
}
