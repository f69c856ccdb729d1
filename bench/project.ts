/**
 * Assets that do nothing, in the shapes whose overhead is measured.
 *
 * @module
 */
import { all, type Asset, asset, define, type Definitions, partitions } from "engine";

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

/** `many/root`, `many/slice` in 10,000 slices, and `many/end`, which comes after all of them. */
function many(): Asset[] {
  const hours = partitions.hourly({ start: "2020-01-01T00", end: "2021-02-20T16" });
  const root = asset({ name: "many/root", materialize: () => 0 });
  const slice = asset({
    name: "many/slice",
    partitions: hours,
    deps: { root },
    materialize: () => 0,
  });
  return [
    root,
    slice,
    asset({ name: "many/end", deps: { slice: all(slice) }, materialize: () => 0 }),
  ];
}

const hours = partitions.hourly({ start: "2000-01-01T00" });
/** Does nothing, in more than 200,000 slices. */
const endless = asset({ name: "endless", partitions: hours, materialize: () => null });
/** Takes a tenth of a second. */
const tenth = asset({
  name: "tenth",
  partitions: hours,
  materialize: () => new Promise<null>((resolve) => setTimeout(() => resolve(null), 100)),
});
/** Takes a minute, unless it is stopped. */
const minute = asset({
  name: "minute",
  materialize: (_, { signal }) =>
    new Promise<null>((resolve) => {
      const timer = setTimeout(() => resolve(null), 60_000);
      signal.addEventListener("abort", () => {
        clearTimeout(timer);
        resolve(null);
      });
    }),
});

const noop = asset({ name: "noop", materialize: () => null });
/** The same in a process of its own. */
const noopIsolated = asset({ name: "noop_isolated", timeout: "1m", materialize: () => null });

/** All of them. */
export const project: Definitions = define({
  noop,
  noopIsolated,
  chain: chain(40),
  fan: fan(1_000),
  many: many(),
  endless,
  tenth,
  minute,
});
