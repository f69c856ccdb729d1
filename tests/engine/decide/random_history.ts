/**
 * Random projects with random histories on a ledger: slices are made, fail, are withheld, observed and cancelled, code and
 * deps are edited, keys and days come and go.
 *
 * @module
 */
import {
  after,
  all,
  type Asset,
  asset,
  check,
  define,
  type Definitions,
  type Dep,
  external,
  fail,
  keyText,
  latest,
  lookback,
  newest,
  partitions,
  pass,
  submissionOf,
} from "engine";
import { memoryLedger } from "engine/testing";
import { withKeySets } from "../../../engine/run/key_sets.ts";
import { workAll } from "../run/work_all.ts";
import { seeded } from "./random_graph.ts";

/** How a dep may be wrapped, by name. */
const MODES = {
  plain: (a: Asset) => a,
  all,
  latest,
  newest,
  after,
  lookback: (a: Asset) => lookback(a, 2),
};

type Mode = keyof typeof MODES;
type Cut = "none" | "daily" | "dynamic";

/** An asset before it is declared: what edits change. */
interface Spec {
  readonly name: string;
  readonly cut: Cut;
  readonly isExternal: boolean;
  version: number;
  deps: { readonly up: number; readonly mode: Mode }[];
}

const DAY = 86_400_000;

/** A project and what happened to it. */
export class RandomHistory {
  readonly ledger: ReturnType<typeof memoryLedger>;
  definitions: Definitions;
  now = new Date("2025-01-04T12:00:00Z");
  readonly #random: () => number;
  readonly #specs: Spec[] = [];
  readonly #rules = {
    none: partitions.none,
    daily: partitions.daily({ start: "2025-01-01" }),
    dynamic: partitions.dynamic("customers"),
  };
  /** What code gives, fails with and checks say, by asset. */
  readonly #knobs = new Map<string, { data: number; isBroken: boolean; isBad: boolean }>();

  /** The same project and history for the same seed. */
  constructor(seed: number) {
    this.#random = seeded(seed);
    const count = 3 + this.#below(4);
    for (let i = 0; i < count; i++) this.#specs.push(this.#spec(i));
    this.definitions = this.#declared();
    this.ledger = memoryLedger({ now: () => this.now });
  }

  #below(n: number): number {
    return Math.floor(this.#random() * n);
  }

  #pick<T>(of: readonly T[]): T {
    return of[this.#below(of.length)]!;
  }

  #spec(i: number): Spec {
    const isExternal = i === 0 || (i > 1 && this.#random() < 0.15);
    const cut = this.#pick<Cut>(["none", "daily", "daily", "dynamic"]);
    const spec: Spec = { name: `a${i}`, cut, isExternal, version: 1, deps: [] };
    const wanted = isExternal ? 0 : this.#below(4);
    for (let d = 0; d < wanted; d++) spec.deps.push(this.#dep(spec, i));
    return spec;
  }

  /** A dep on one of the first `above` assets that fits how both are cut. */
  #dep(spec: Spec, above: number): { readonly up: number; readonly mode: Mode } {
    const up = this.#below(above);
    const { cut } = this.#specs[up]!;
    if (cut === "none") return { up, mode: this.#pick<Mode>(["plain", "plain", "after"]) };
    const isAlike = cut === spec.cut;
    const modes: Mode[] = ["all", "latest", "after"];
    if (cut === "daily") modes.push("newest");
    if (isAlike) modes.push("plain", "plain", "plain");
    if (isAlike && cut === "daily") modes.push("lookback");
    return { up, mode: this.#pick(modes) };
  }

  #declared(): Definitions {
    const made: Asset[] = [];
    const exports: { [name: string]: unknown } = {};
    for (const spec of this.#specs) {
      const knob = this.#knobs.get(spec.name) ?? { data: 0, isBroken: false, isBad: false };
      this.#knobs.set(spec.name, knob);
      const run = () => {
        if (knob.isBroken) throw new Error("broken");
        return knob.data;
      };
      const name = spec.name;
      const shared = {
        name,
        partitions: this.#rules[spec.cut] as never,
        version: `${spec.version}`,
      };
      const deps = Object.fromEntries(
        spec.deps.map(({ up, mode }, d) => [`d${d}`, MODES[mode](made[up]!) as Dep]),
      );
      const it = (spec.isExternal
        ? external({ ...shared, observe: run })
        : asset({ ...shared, deps: deps as never, materialize: run })) as unknown as Asset;
      made.push(it);
      exports[name] = it;
      exports[`${name}_check`] = check(it, {
        name: "good",
        blocking: true,
        run: () =>
          knob.isBad ? fail("bad") : pass(),
      });
    }
    return define(exports);
  }

  /** The ledger, with the keys of dynamic rules told to these definitions. */
  remembered() {
    return withKeySets(this.ledger, this.definitions);
  }

  /** Lets something happen; gives it in words. */
  async happen(): Promise<string> {
    const chance = this.#random();
    if (chance < 0.6) return await this.#run();
    if (chance < 0.7) return this.#edit();
    if (chance < 0.8) {
      const spec = this.#pick(this.#specs.filter((s) => !s.isExternal));
      const above = this.#specs.indexOf(spec);
      if (spec.deps.length > 0 && this.#random() < 0.5) spec.deps.pop();
      else spec.deps.push(this.#dep(spec, above));
      this.definitions = this.#declared();
      return `other deps of ${spec.name}`;
    }
    if (chance < 0.88) {
      this.now = new Date(this.now.getTime() + DAY);
      return "a day passes";
    }
    this.now = new Date(this.now.getTime() + 1000);
    const key = this.#pick(["x", "y", "z"]);
    const isAdded = this.#random() < 0.6;
    await (isAdded
      ? this.ledger.addKeys("customers", [key])
      : this.ledger.removeKeys("customers", [key]));
    return `${isAdded ? "added" : "removed"} key ${key}`;
  }

  #edit(): string {
    const spec = this.#pick(this.#specs);
    spec.version = 1 + this.#below(2);
    this.definitions = this.#declared();
    return `version ${spec.version} of ${spec.name}`;
  }

  async #run(): Promise<string> {
    const it = this.#pick(this.definitions.assets);
    const ledger = this.remembered();
    await ledger.cursors("");
    const keys = it.partitions.grain === "none"
      ? [undefined]
      : it.partitions.keys(this.now).slice(-3);
    if (keys.length === 0) return `no slice of ${it.name}`;
    const key = this.#pick(keys as readonly (string | undefined)[]);
    const partition = key === undefined ? "" : keyText(key);
    const knob = this.#knobs.get(it.name)!;
    knob.data = this.#below(3);
    knob.isBroken = this.#random() < 0.15;
    knob.isBad = this.#random() < 0.15;
    const targets = [{ asset: it, key, partition, reason: "asked for" }];
    const asking = { trigger: "api", by: null, reason: "asked for" } as const;
    this.now = new Date(this.now.getTime() + 1000);
    const { run } = await ledger.submit(
      submissionOf(this.definitions, targets as never, asking, this.now),
    );
    const fate = this.#random();
    const what = `${it.name} [${partition}] ${JSON.stringify(knob)}`;
    if (fate < 0.1) return `queued ${what}`;
    if (fate < 0.2) {
      await ledger.cancel(run, "a person");
      return `cancelled ${what}`;
    }
    this.now = new Date(this.now.getTime() + 1000);
    await workAll({ definitions: this.definitions, ledger, now: () => this.now });
    return `ran ${what}`;
  }
}
