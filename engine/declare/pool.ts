/**
 * Something scarce that steps share, wherever they run: connections of a database, calls of a foreign API, a GPU.
 *
 * @module
 */
import { declaredAt } from "./declared_at.ts";

/** A pool of slots. */
export interface Pool {
  /** Tells pools from other exports of a module. */
  readonly kind: "pool";
  /** Where it is declared, `assets/x.ts:12`. */
  readonly declaredAt: string;
  /** Unique within the definitions; assets name it in `pools`. */
  readonly name: string;
  /** What is scarce, in one sentence. */
  readonly description: string;
  /** How many slots there are at first. */
  readonly slots: number;
  /** Assets with this tag take one slot each, besides those that name the pool. */
  readonly tag: string | undefined;
}

/** What `pool()` takes. */
export interface PoolOptions {
  /** {@linkcode Pool.name} */
  readonly name: string;
  /** {@linkcode Pool.slots} */
  readonly slots: number;
  /** {@linkcode Pool.description} */
  readonly description?: string;
  /** {@linkcode Pool.tag} */
  readonly tag?: string;
}

/**
 * Declares a pool. An asset takes slots of it by `pools: { name: slots }` for as long as a step of it runs; one that
 * names no pool is limited by the slots of the workers alone. With `tag` it limits how many assets with that tag are
 * computed at once, without a word in their declarations.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { asset, define, pool } from "engine";
 *
 * const warehouse = pool({ name: "warehouse", slots: 2 });
 * const report = asset({ name: "report", pools: { warehouse: 1 }, materialize: () => 1 });
 * assertEquals(define({ warehouse, report }).pools.map((p) => p.slots), [2]);
 * ```
 *
 * @throws {RangeError} If the slots are no whole number from 1.
 */
export function pool({ name, slots, description = "", tag }: PoolOptions): Pool {
  if (!Number.isInteger(slots) || slots < 1) {
    throw new RangeError(
      `Cannot declare pool "${name}": it has ${slots} slots, give a whole number from 1`,
    );
  }
  return { kind: "pool", declaredAt: declaredAt(), name, description, slots, tag };
}
