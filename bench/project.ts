/**
 * Assets that do nothing, in the shapes whose overhead is measured.
 *
 * @module
 */
import { type Asset, asset, define, type Definitions } from "engine";

const padded = (n: number, digits: number) => String(n).padStart(digits, "0");

/** `chain/link_00` … `chain/link_39`, each of which reads the one before. */
function chain(length: number): Asset[] {
  const links: Asset[] = [];
  for (let i = 0; i < length; i++) {
    const name = `chain/link_${padded(i, 2)}`;
    const before = links.at(-1);
    links.push(
      before
        ? asset({ name, deps: { before }, materialize: () => i })
        : asset({ name, materialize: () => i }),
    );
  }
  return links;
}

/** `fan/root`, `fan/leaf_0000` … and `fan/end`, which comes after all of them. */
function fan(width: number): Asset[] {
  const root = asset({ name: "fan/root", materialize: () => 0 });
  const leaves = Array.from(
    { length: width },
    (_, i) => asset({ name: `fan/leaf_${padded(i, 4)}`, deps: { root }, materialize: () => i }),
  );
  const deps = Object.fromEntries(leaves.map((leaf) => [leaf.name.replace("/", "_"), leaf]));
  return [root, ...leaves, asset({ name: "fan/end", deps, materialize: () => 0 })];
}

const noop = asset({ name: "noop", materialize: () => null });
/** The same in a process of its own. */
const noopIsolated = asset({ name: "noop_isolated", timeout: "1m", materialize: () => null });

/** All of them. */
export const project: Definitions = define({
  noop,
  noopIsolated,
  chain: chain(40),
  fan: fan(1_000),
});
