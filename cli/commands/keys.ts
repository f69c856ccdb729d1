/**
 * `keys`, `keys-add` and `keys-remove`: the slices of dynamic partitions.
 *
 * @module
 */
import { dynamicRules, nearest, plainKey, UnknownName } from "engine";
import type { App } from "../app.ts";
import { EXIT, type Run } from "../command.ts";
import { table } from "../table.ts";
import { json, withApp } from "../with_app.ts";
import { many } from "../words.ts";

/** The name of a set that some asset is cut by. @throws {UnknownName} With the nearest one. */
function knownSet({ definitions }: App, set: string): string {
  const sets = [...dynamicRules(definitions).keys()];
  if (sets.includes(set)) return set;
  throw new UnknownName("dynamic partitions", set, nearest(set, sets));
}

/** Lists the keys of a set, those that were removed included. */
export const keys: Run = (setting) =>
  withApp(setting, async (app) => {
    const { called, io } = setting;
    const set = knownSet(app, called.words[0]!);
    const found = (await app.ledger.keySets(new Map([[set, 0]])))[0]?.keys ?? [];
    if (called.on("json")) {
      io.out(json(found));
      return EXIT.ok;
    }
    const rows = found.map((k) => [k.key, k.addedAt.toISOString(), k.removed ? "removed" : ""]);
    table(io, ["KEY", "ADDED", ""], rows).forEach((line) => io.out(line));
    io.out(many(found.filter((k) => !k.removed).length, "key"));
    return EXIT.ok;
  });

const changing = (method: "addKeys" | "removeKeys", word: string): Run => (setting) =>
  withApp(setting, async (app) => {
    const { called, io } = setting;
    const [name, ...given] = called.words;
    const set = knownSet(app, name!);
    const changed = await app.ledger[method](set, given.map(plainKey));
    if (called.on("json")) io.out(json({ set, changed }));
    else io.out(`${many(changed, "key")} ${word} "${set}"`);
    return EXIT.ok;
  });

/** Adds keys; one that was removed comes back to its place. */
export const addKeys: Run = changing("addKeys", "added to");
/** Takes keys away; what was built of their slices stays remembered. */
export const removeKeys: Run = changing("removeKeys", "removed from");
