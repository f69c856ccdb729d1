/**
 * Where the steps of a family are computed together when they run in processes.
 *
 * @module
 */
import { type Asset, type Claimed, type Outcome, StepProcessError } from "engine";

/** Families that are remembered for their other outputs; the oldest is let go first. */
const MOST_KEPT = 16;

/** Where an output of a family was computed. */
interface Home<P> {
  /** Outputs that have not come for it yet. */
  readonly open: Set<string>;
  /** Resolves when those that came before are through. */
  turn: Promise<void>;
  /** The process, once there is one and as long as it can be used. */
  at: P | undefined;
  /** What ended it: the computation is the same for all of them, and so is its failure. */
  failure: StepProcessError | undefined;
}

/** What came of a step, and where the next one of its family finds what was computed. */
interface Done<P> {
  readonly outcome: Outcome;
  readonly home: P | undefined;
}

/**
 * Sends the steps of one family, run, slice and attempt to the same process, one after the other: the first of them
 * computes for all. If that takes its process with it, the others fail as it did, and are tried again together.
 */
export class Homes<P> {
  readonly #kept = new Map<string, Home<P>>();

  /** Whether a process has outputs that were not asked for yet. */
  holds(process: P): boolean {
    return [...this.#kept.values()].some((home) => home.at === process);
  }

  /** Runs a step where its family is; an asset that stands alone is at home nowhere. */
  async meet(
    claimed: Claimed,
    { asset, signal }: { readonly asset: Asset; readonly signal: AbortSignal },
    run: (home: P | undefined) => Promise<Done<P>>,
  ): Promise<Outcome> {
    if (!asset.family) return (await run(undefined)).outcome;
    const home = this.#homeOf(claimed, asset, asset.family);
    const before = home.turn;
    const through = Promise.withResolvers<void>();
    home.turn = through.promise;
    try {
      await before;
      signal.throwIfAborted();
      if (home.failure !== undefined) throw home.failure;
      const { outcome, home: at } = await run(home.at);
      home.at = at;
      return outcome;
    } catch (error) {
      // A cancelled step says nothing about the others.
      if (error instanceof StepProcessError && error.end !== "cancelled") home.failure = error;
      throw error;
    } finally {
      through.resolve();
    }
  }

  #homeOf(claimed: Claimed, asset: Asset, family: readonly string[]): Home<P> {
    const { run, partition, attempt } = claimed;
    const id = JSON.stringify([run, partition, attempt, family]);
    const home = this.#kept.get(id) ??
      { open: new Set(family), turn: Promise.resolve(), at: undefined, failure: undefined };
    home.open.delete(asset.name);
    this.#kept.delete(id);
    if (home.open.size > 0) this.#kept.set(id, home);
    if (this.#kept.size > MOST_KEPT) this.#kept.delete(this.#kept.keys().next().value!);
    return home;
  }
}
