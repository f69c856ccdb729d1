import { assert } from "@std/assert";
import { type Mutant, planted } from "./mutants.ts";
import { search } from "./property.ts";

const MUTANTS: readonly Mutant[] = [
  {
    bug: "equal data counts as a change",
    file: "apply.ts",
    from: "const isNews = c.version[i] !== made.version || c.changed[i] === 0;",
    to: "const isNews = c.version[i] !== made.version || c.changed[i]! >= 0;",
  },
  {
    bug: "new slices do not reach what reads them",
    file: "apply.ts",
    from: "  w.spread(asset, first, count, 0);\n",
    to: "",
  },
  {
    bug: "what is behind does not make readers behind",
    file: "settle.ts",
    from: "    if (first >= 0 && slice > end) w.spread(asset, first, end, 0);\n",
    to: "    continue;\n",
  },
  {
    bug: "a request does not reach readers in its tick",
    file: "settle.ts",
    from: "  w.spread(asset, slice, slice + 1, ON.will);\n",
    to: "",
  },
  {
    bug: "an input that is requested in this tick still blocks",
    file: "operands.ts",
    from: "hasBit(w, q, BIT.blocked) && !isAsked(w, q)",
    to: "hasBit(w, q, BIT.blocked)",
  },
  {
    bug: "what a success read does not count as handled",
    file: "apply.ts",
    from: "    c.handled[i] = Math.max(c.handled[i]!, readAt);\n",
    to: "",
  },
  {
    bug: "a cron wakes its first subscriber alone",
    file: "apply.ts",
    from: "for (const asset of cron.wakes) {",
    to: "for (const asset of [...cron.wakes].slice(0, 1)) {",
  },
  {
    bug: "a version that is withheld becomes visible",
    file: "apply.ts",
    from: "      keep(w.withheld, asset, slice, made);\n",
    to: "      keep(w.withheld, asset, slice, made);\n      publish(w, asset, slice, made);\n",
  },
  {
    bug: "a snapshot forgets what is looked at once more",
    file: "snapshot.ts",
    from: "    again: w.again.map((s) => [w.assets[s.asset]!.name, s.from, s.to]),\n",
    to: "    again: [],\n",
  },
  {
    bug: "a paused asset forgets what happened",
    file: "settle.ts",
    from:
      "    if (isUnderWay || w.paused[asset] === 1 || !holds(w, asset, slice, rule.root)) continue;\n",
    to: "    if (isUnderWay || !holds(w, asset, slice, rule.root)) continue;\n" +
      "    if (w.paused[asset] === 1) { w.columns.handled[w.columns.at[asset]! + slice] = w.sequence; continue; }\n",
  },
  {
    bug: "an edit of a condition clears its memory",
    file: "world.ts",
    from: "memories: before?.memories ?? new Map(),",
    to: "memories: new Map(),",
  },
  {
    bug: "a selection is left out of one operand",
    file: "operands.ts",
    from: "  return node.among === undefined ||",
    to: '  return node.is === "depsMissing" || node.among === undefined ||',
  },
  {
    bug: "what is under way is asked for again",
    file: "settle.ts",
    from: "    if (isUnderWay || w.paused",
    to: "    if (w.paused",
  },
  {
    bug: "an input that is again what was read counts as changed",
    file: "status.ts",
    from: "const isKnown = !isMissing && columns.read[own] !== 0;",
    to: "const isKnown = false;",
  },
  {
    bug: "slices that came during a restart do not reach what reads them",
    file: "snapshot.ts",
    from: "  if (isGrown) w.spread(",
    to: "  if (!isGrown) w.spread(",
  },
  {
    bug: "what a check withholds counts as failed",
    file: "apply.ts",
    from: 'fact.kind === "failed" && fact.withheld === true;',
    to: 'fact.kind === "failed" && fact.withheld === null;',
  },
  {
    bug: "newest reads what is not there",
    file: "inputs.ts",
    from: "const isThere = changed[first + q] !== 0 ||",
    to: "const isThere = changed[first + q]! >= 0 ||",
  },
];

for (const mutant of MUTANTS) {
  Deno.test(`the random histories find the bug that ${mutant.bug}`, async (t) => {
    const folder = await Deno.makeTempDir();
    try {
      const failure = search(await planted(mutant, folder), { cases: 2_000, size: 40 });
      assert(failure, "it was not found in 2,000 cases");
      await t.step(`seed ${failure.seed}, ${failure.facts} facts`, () => {});
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
