/**
 * Assets that one function computes together, computed once for all their steps.
 *
 * @module
 */
import type { Asset } from "../declare/asset.ts";
import type { Claimed } from "../ledger/records.ts";

/** Computations that wait for the other outputs of their family to be asked for; the oldest is let go first. */
const MOST_KEPT = 16;

interface Kept<T> {
  readonly made: T;
  /** Outputs that have not come for it yet. */
  readonly open: Set<string>;
}

/**
 * Where the steps of one family, run and slice meet: the first of them makes what all of them use, so that they are
 * computed from the same inputs. Steps of a worker meet; what another worker claims is computed there again. A step that
 * is tried again computes again.
 */
export class Families<T> {
  readonly #kept = new Map<string, Kept<T>>();

  /** What the first step made; `make` is called for the first. An asset that stands alone is always the first. */
  meet(asset: Asset, claimed: Claimed, make: () => T): T {
    const { family } = asset;
    if (!family) return make();
    const { run, partition, attempt } = claimed;
    const id = JSON.stringify([run, partition, attempt, family]);
    const kept = this.#kept.get(id) ?? { made: make(), open: new Set(family) };
    kept.open.delete(asset.name);
    this.#kept.delete(id);
    if (kept.open.size > 0) this.#kept.set(id, kept);
    if (this.#kept.size > MOST_KEPT) this.#kept.delete(this.#kept.keys().next().value!);
    return kept.made;
  }
}
