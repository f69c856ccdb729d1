/**
 * Every combination of several rules.
 *
 * @module
 */
import { Cells } from "./cells.ts";
import { type Cross, type Dimensions, type KeyOf, listed, noOrdinal, timeless } from "./rule.ts";

/** Why rules cannot be crossed. */
function refuse(dimensions: Dimensions): void {
  const names = Object.keys(dimensions);
  if (names.length === 0) {
    throw new TypeError(
      "Cannot cross: no dimension is given, name one or more like { day, region }",
    );
  }
  for (const name of names) {
    const { grain, rule } = dimensions[name]!;
    if (!/^[a-z][a-zA-Z0-9_]*$/.test(name)) {
      throw new TypeError(`Cannot cross: "${name}" is no name of a dimension, one is like "day"`);
    }
    if ((["none", "cross"] as string[]).includes(grain)) {
      throw new TypeError(
        `Cannot cross: dimension "${name}" is "${rule}", it has to be cut by time, by a list or ` +
          "by a dynamic set",
      );
    }
  }
}

/** Every combination of the given rules. @throws {TypeError} If there is none, or one of them is no plain rule. */
export function cross<const D extends Dimensions>(dimensions: D): Cross<D> {
  type Key = KeyOf<Cross<D>>;
  const names = Object.keys(dimensions).sort();
  refuse(dimensions);
  const rules = names.map((n) => dimensions[n]!);
  const rule = names.map((n) => `${n}: ${dimensions[n]!.rule}`).join(" × ");
  const cells = new Cells(rules);
  const cellAt = (index: number) => {
    const cell = cells.cellAt(index);
    if (!cell) throw noOrdinal(rule, index);
    return cell;
  };
  const isStable = rules.every((r) => r.grain !== "dynamic");
  const base = {
    count: (now: Date) => cells.count(now),
    keyAt: (index: number) =>
      Object.fromEntries(cellAt(index).map((c, d) => [names[d]!, rules[d]!.keyAt(c)])) as Key,
    removed: (index: number) => !isStable && cellAt(index).some((c, d) => rules[d]!.removed(c)),
  };
  return {
    grain: "cross",
    cut: names.map((n) => `${n}: ${dimensions[n]!.cut}`).join(" × "),
    ...timeless,
    rule,
    dimensions,
    ...base,
    ...listed<Key>(base),
    cell: cellAt,
    indexOfCell: (cell) => cells.indexOf(cell),
    born: (index) => cells.born(cellAt(index)),
    indexOf(key) {
      const cell = rules.map((r, d) => r.indexOf(key[names[d]!]!));
      return cell.some((c) => c < 0) ? -1 : cells.indexOf(cell);
    },
    parse(text) {
      const parts = text.split("|");
      if (parts.length !== names.length) {
        throw new RangeError(
          `Cannot read partition: "${text}" needs ${names.length} parts, "${names.join("|")}"`,
        );
      }
      return Object.fromEntries(names.map((n, i) => [n, rules[i]!.parse(parts[i]!)])) as Key;
    },
  };
}
