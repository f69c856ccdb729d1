/**
 * The whole of what a project declares, checked once when the process starts.
 *
 * @module
 */
import type { Asset } from "../declare/asset.ts";
import type { Check } from "../declare/check.ts";
import type { Dep } from "../declare/deps.ts";
import { DefinitionError, type Problem, UnknownName } from "../declare/errors.ts";
import type { Job } from "../declare/job.ts";
import type { Pool } from "../declare/pool.ts";
import type { Schedule } from "../declare/schedule.ts";
import type { Sensor } from "../declare/sensor.ts";
import { conditionProblems } from "./condition.ts";
import { limitProblems } from "./limits.ts";
import { mappingProblem } from "./mapping_problem.ts";
import { nearest } from "./nearest.ts";
import { sorted, upstreamOf } from "./order.ts";
import { poolProblems } from "./pools.ts";

/** A module, or any object of declarations. */
export type Exports = { readonly [name: string]: unknown };
/** The assets among the exports `M`, families included. */
export type AssetsIn<M> = M extends { readonly kind: "asset" } ? M
  : M extends Exports ? { [K in keyof M]: AssetsIn<M[K]> }[keyof M]
  : never;

/** Checked definitions. `A` is the union of all assets, so that names are known to the type checker. */
export interface Definitions<A = Asset> {
  /** In dependency order. */
  readonly assets: readonly Asset[];
  /** All checks. */
  readonly checks: readonly Check[];
  /** All jobs. */
  readonly jobs: readonly Job[];
  /** All schedules. */
  readonly schedules: readonly Schedule[];
  /** All sensors. */
  readonly sensors: readonly Sensor[];
  /** All pools. */
  readonly pools: readonly Pool[];
  /** The asset of that name. */
  get<N extends A extends { readonly name: infer Name extends string } ? Name : never>(
    name: N,
  ): Extract<A, { readonly name: N }>;
  /** The asset of a name that came from outside. @throws {UnknownName} With the nearest name. */
  asset(name: string): Asset;
  /** The job of a name that came from outside. @throws {UnknownName} With the nearest name. */
  job(name: string): Job;
  /** The checks of one asset. */
  checksOf(asset: Asset): readonly Check[];
}

interface Found {
  readonly asset: Set<Asset>;
  readonly check: Set<Check>;
  readonly job: Set<Job>;
  readonly schedule: Set<Schedule>;
  readonly sensor: Set<Sensor>;
  readonly pool: Set<Pool>;
}

function gather(modules: readonly Exports[]): Found {
  const found: Found = {
    asset: new Set(),
    check: new Set(),
    job: new Set(),
    schedule: new Set(),
    sensor: new Set(),
    pool: new Set(),
  };
  const kindOf = (v: unknown) => (v as { kind?: unknown } | null)?.kind;
  const visit = (value: unknown) => {
    if (typeof value !== "object" || value === null) return;
    const kind = kindOf(value);
    if (typeof kind === "string" && kind in found) {
      (found[kind as keyof Found] as Set<unknown>).add(value);
    } else if (Object.values(value).some((v) => typeof kindOf(v) === "string")) {
      Object.values(value).forEach(visit);
    }
  };
  for (const m of modules) Object.values(m).forEach(visit);
  return found;
}

type Named = { readonly kind: string; readonly name: string; readonly declaredAt: string };

function twice(declared: Iterable<Named>): Problem[] {
  const first = new Map<string, Named>();
  const problems: Problem[] = [];
  for (const d of declared) {
    const before = first.get(d.name);
    if (before) {
      const what = before.kind === d.kind ? `two ${d.kind}s` : `a ${before.kind} and a ${d.kind}`;
      const message =
        `Cannot define: ${what} are named "${d.name}", the other at ${before.declaredAt}`;
      problems.push({ message, at: d.declaredAt, names: [d.name] });
    } else first.set(d.name, d);
  }
  return problems;
}

function unmapped(asset: Asset, dep: Dep): Problem[] {
  const problem = mappingProblem(dep, asset.partitions);
  if (problem === undefined) return [];
  const up = upstreamOf(dep).name;
  const message = `Cannot read "${up}" in "${asset.name}": ${problem}`;
  return [{ message, at: asset.declaredAt, names: [up, asset.name] }];
}

function unmeant(asset: Asset, assets: readonly Asset[]): Problem[] {
  return conditionProblems(asset, assets).map((problem) => ({
    message: `Cannot read the condition of "${asset.name}": ${problem}`,
    at: asset.declaredAt,
    names: [asset.name],
  }));
}

/** Columns that are said to come from an input that is not declared. */
function originProblems({ name, io, deps, declaredAt }: Asset): Problem[] {
  const origins = Object.entries(io.from ?? {}).flatMap(([column, of]) =>
    of.map((origin) => [column, origin] as const)
  );
  return origins.filter(([, origin]) => {
    const [dep, column] = origin.split(".", 2);
    return !column || !Object.hasOwn(deps, dep!);
  }).map(([column, origin]) => ({
    message:
      `Cannot tell where column "${column}" of "${name}" comes from: "${origin}" is not like ` +
      `"dep.column" with one of its deps ${
        Object.keys(deps).map((d) => `"${d}"`).join(", ") || "(none)"
      }`,
    at: declaredAt,
    names: [name],
  }));
}

const NAME = /^[a-z][a-z0-9_]*(\/[a-z][a-z0-9_]*)*$/;

function problemsOf(found: Found): Problem[] {
  // A job and a schedule of one name would share a cursor, and each tick would be one run for both.
  const ticking = [...found.job, ...found.schedule];
  const problems = [found.asset, ticking, found.sensor, found.pool].flatMap((s) => twice(s));
  problems.push(...poolProblems(found.asset, found.pool));
  for (const a of found.asset) {
    if (!NAME.test(a.name)) {
      const message = `Cannot define asset "${a.name}": a name is like "features/activity"`;
      problems.push({ message, at: a.declaredAt, names: [a.name] });
    }
    problems.push(...limitProblems(a), ...originProblems(a));
    for (const dep of Object.values(a.deps)) {
      const up = upstreamOf(dep);
      if (found.asset.has(up)) {
        problems.push(...unmapped(a, dep));
        continue;
      }
      const message = `Cannot define: "${up.name}" is an upstream of "${a.name}" but not defined`;
      problems.push({ message, at: a.declaredAt, names: [up.name, a.name] });
    }
  }
  for (const owner of ticking) {
    for (const a of owner.assets.filter((a) => !found.asset.has(a))) {
      const message = `Cannot define ${owner.kind} "${owner.name}": "${a.name}" is not defined`;
      problems.push({ message, at: owner.declaredAt, names: [owner.name, a.name] });
    }
  }
  for (const c of found.check) {
    if (found.asset.has(c.asset)) continue;
    const message = `Cannot define check "${c.name}": its asset "${c.asset.name}" is not defined`;
    problems.push({ message, at: c.declaredAt, names: [c.asset.name] });
  }
  return problems;
}

/**
 * Gathers everything that the given modules export. Nothing is registered by importing: what is not passed here
 * does not exist.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { asset, define } from "engine";
 *
 * const numbers = asset({ name: "numbers", materialize: () => [1, 2, 3] });
 * assertEquals(define({ numbers }).get("numbers"), numbers);
 * ```
 *
 * @throws {DefinitionError} With all problems at once: names used twice or malformed, cycles, what is used but not defined,
 * conditions that cannot be meant.
 */
export function define<const M extends readonly Exports[]>(
  ...modules: M
): Definitions<AssetsIn<M[number]>> {
  const found = gather(modules);
  const problems = problemsOf(found);
  let assets: readonly Asset[] = [];
  try {
    assets = sorted(found.asset).filter((a) => found.asset.has(a));
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    problems.push(...error.problems);
  }
  if (problems.length === 0) problems.push(...assets.flatMap((a) => unmeant(a, assets)));
  if (problems.length) throw new DefinitionError(problems);

  const byName = new Map(assets.map((a) => [a.name, a]));
  const jobs = new Map([...found.job].map((j) => [j.name, j]));
  const checks = Map.groupBy(found.check, (c) => c.asset);
  const named = <T>(what: string, from: ReadonlyMap<string, T>, name: string): T => {
    const it = from.get(name);
    if (it === undefined) throw new UnknownName(what, name, nearest(name, [...from.keys()]));
    return it;
  };
  return {
    assets,
    checks: [...found.check],
    jobs: [...jobs.values()],
    schedules: [...found.schedule],
    sensors: [...found.sensor],
    pools: [...found.pool],
    get: (name) => byName.get(name) as never,
    asset: (name) => named("asset", byName, name),
    job: (name) => named("job", jobs, name),
    checksOf: (asset) => checks.get(asset) ?? [],
  };
}
