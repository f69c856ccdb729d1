// deno-lint-ignore-file no-console
/**
 * Prints the definitions of a folder as JSON, for `plan --diff`: `deno run -A tasks/describe.ts FOLDER`. What it
 * describes may be an older revision, so it asks little of it.
 *
 * @module
 */
import { join, toFileUrl } from "@std/path";
import type { Asset, Definitions, Described, DescribedAsset, DescribedDep, Json } from "engine";
import { type Fingerprints, fingerprints } from "../fingerprint/mod.ts";

/** What does not decide whether a result is stale, but whether, when and how it is computed. */
const TRAITS = [
  "description",
  "group",
  "owners",
  "tags",
  "kinds",
  "freshness",
  "deadline",
  "when",
  "retry",
  "timeout",
  "memory",
  "pools",
  "priority",
  "queue",
] as const;

/** A value as JSON; functions and what is not given are nothing. */
const plain = (value: unknown): Json => JSON.parse(JSON.stringify(value ?? null)) as Json;

function depOf(dep: Asset["deps"][string]): DescribedDep {
  if (!("mode" in dep)) return { asset: dep.name, rule: "same", detail: null };
  const { asset, mode, ...detail } = dep as typeof dep & { readonly asset: Asset };
  return { asset: asset.name, rule: mode, detail: plain(detail) };
}

function assetOf(asset: Asset, definitions: Definitions, prints: Fingerprints): DescribedAsset {
  const print = prints.of(asset.name);
  const traits: { [trait: string]: Json } = Object.fromEntries(
    TRAITS.map((t) => [t, plain(asset[t])]),
  );
  for (const c of definitions.checksOf(asset)) {
    const { severity, blocking, description } = c;
    traits[`check "${c.name}"`] = { severity, blocking, description };
  }
  return {
    code: print?.code ?? asset.code,
    pieces: print?.closure().map(({ id, hash }) => ({ id, hash })) ?? [],
    version: asset.version,
    config: plain(asset.config),
    partitions: asset.partitions.rule,
    deps: Object.fromEntries(Object.entries(asset.deps).map(([input, d]) => [input, depOf(d)])),
    external: asset.external,
    traits,
  };
}

function othersOf({ jobs, schedules, sensors, pools = [] }: Definitions): Described["others"] {
  const names = (assets: readonly Asset[]) => assets.map((a) => a.name).sort();
  return Object.fromEntries([
    ...[...jobs, ...schedules].map((o) => {
      const { kind, name, cron, timezone } = o;
      const rest = o.kind === "job"
        ? { description: o.description, maxActiveRuns: o.maxActiveRuns, catchUp: o.catchUp }
        : {};
      return [`${kind} ${name}`, plain({ cron, timezone, assets: names(o.assets), ...rest })];
    }),
    ...sensors.map((s) => [`sensor ${s.name}`, plain({ every: s.every })]),
    // A revision from before there were pools has none.
    ...pools.map((p) => [`pool ${p.name}`, plain({ slots: p.slots, description: p.description })]),
  ]);
}

async function describe(root: string): Promise<Described> {
  const load = async (path: string) =>
    await import(toFileUrl(join(root, path)).href) as { readonly [name: string]: unknown };
  const definitions = (await load("project.ts"))["project"] as Definitions;
  const prints = await fingerprints({
    root,
    entries: ["project.ts"],
    assets: definitions.assets.map((a) => a.name),
    exportsOf: async (path) =>
      Object.fromEntries(
        Object.entries(await load(path)).map(([name, value]) => [name, namesIn(value)]),
      ),
  });
  return {
    assets: Object.fromEntries(
      definitions.assets.map((a) => [a.name, assetOf(a, definitions, prints)]),
    ),
    others: othersOf(definitions),
  };
}

/** As `define()` sees an export: an asset, or an object or list of them. */
function namesIn(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  if ((value as { readonly kind?: unknown }).kind === "asset") return [(value as Asset).name];
  const inner = Object.values(value);
  const isFamily = inner.some((v) => typeof (v as { kind?: unknown } | null)?.kind === "string");
  return isFamily ? inner.flatMap(namesIn) : [];
}

if (import.meta.main) {
  const [root] = Deno.args;
  if (root === undefined) {
    console.error("Cannot describe definitions: no folder is given");
    Deno.exit(2);
  }
  // What the definitions print when they are loaded must not get into the answer.
  const print = console.log;
  console.log = console.error;
  print(JSON.stringify(await describe(root)));
  Deno.exit(0);
}
