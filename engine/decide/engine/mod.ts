/**
 * Deciding what asks for itself, at the cost of what changed and not of what there is.
 *
 * Facts go in, in commit order; a tick gives the requests. Two engines that are told the same facts with the same ticks
 * give the same requests, so a second server can follow and compare.
 *
 * @module
 */
import { apply } from "./apply.ts";
import { explain, type Explained } from "./explain.ts";
import type { EngineFact, Request } from "./fact.ts";
import { settle } from "./settle.ts";
import { restore, type Snapshot, snapshot, start } from "./snapshot.ts";
import { type StatusWord, statusWord } from "./status.ts";
import { World, type WorldOptions } from "./world.ts";

/** A deciding engine: everything about slices by place of asset and slice. */
export class Decider {
  readonly #world: World;
  readonly #places: ReadonlyMap<string, number>;

  private constructor(world: World) {
    this.#world = world;
    this.#places = new Map(world.assets.map((a, place) => [a.name, place]));
  }

  /** An engine to which nothing has happened; its first tick looks at everything. */
  static create(options: WorldOptions): Decider {
    const world = new World(options);
    world.assets.forEach((rule, asset) => start(world, asset, rule));
    return new Decider(world);
  }

  /**
   * An engine that goes on where a snapshot was taken. Conditions and code are those of the snapshot until
   * {@linkcode edits} is applied.
   *
   * @throws {RangeError} If the snapshot is not whole.
   */
  static restore(options: WorldOptions, from: Snapshot): Decider {
    const world = new World(options);
    restore(world, from);
    return new Decider(world);
  }

  /** The state, to read. */
  get world(): World {
    return this.#world;
  }

  /** How many facts were taken in, and one: what is newer than this happened later. */
  get sequence(): number {
    return this.#world.sequence;
  }

  /** The next instant at which something happens by itself, milliseconds; Infinity if nothing does. */
  get nextInstant(): number {
    return this.#world.timers.next;
  }

  /** The place of an asset; undefined if there is none of that name. */
  place(name: string): number | undefined {
    return this.#places.get(name);
  }

  /** Takes a fact in. */
  apply(fact: EngineFact): void {
    apply(this.#world, fact);
  }

  /** Ends a tick: what asks for itself now, upstream first. */
  settle(): readonly Request[] {
    return settle(this.#world);
  }

  /** The bits of a slice, see `BIT`. */
  bits(asset: number, slice: number): number {
    return this.#world.columns.bits[this.#world.columns.at[asset]! + slice]!;
  }

  /** The status of a slice in a word. */
  status(asset: number, slice: number): StatusWord {
    return statusWord(this.bits(asset, slice));
  }

  /** Each part of an asset's condition with its value; undefined without a condition. */
  explain(asset: number, slice: number): Explained | undefined {
    return explain(this.#world, asset, slice);
  }

  /** What the definitions say otherwise than the engine knows: facts to apply after a restart with other definitions. */
  edits(): readonly EngineFact[] {
    const { assets, code, rules, columns } = this.#world;
    return assets.flatMap((rule, asset): EngineFact[] => {
      const known = rules[asset]?.root.condition;
      const isSame = JSON.stringify(known) === JSON.stringify(rule.when);
      return [
        ...(columns.count[asset]! < rule.count ? [grown(asset, rule.count)] : []),
        ...(code[asset] === rule.code ? [] : [{ kind: "code" as const, asset, code: rule.code }]),
        ...(isSame ? [] : [{ kind: "condition" as const, asset, when: rule.when }]),
      ];
    });
  }

  /** Whether something is remembered that no fact tells again, and no snapshot has it. */
  get hasNews(): boolean {
    return this.#world.hasNews;
  }

  /** All that a restart needs. To be taken between two ticks. */
  snapshot(): Snapshot {
    return snapshot(this.#world);
  }
}

const grown = (asset: number, count: number): EngineFact => ({ kind: "grown", asset, count });

export { BIT, UNCLEAN } from "./columns.ts";
export { blame, explainBits, type Explained } from "./explain.ts";
export * from "./fact.ts";
export { inputsOf } from "./inputs.ts";
export {
  type CustomMapping,
  type Mapping,
  type PlainMapping,
  readers,
  readsFrom,
  readsTo,
} from "./mapping.ts";
export { READ_NOTHING, readBoth, readingNow, readItem, type ReadVersion } from "./reading.ts";
export { decode, encode, type Snapshot } from "./snapshot.ts";
export { type StatusWord, statusWord } from "./status.ts";
export type { World, WorldOptions } from "./world.ts";
