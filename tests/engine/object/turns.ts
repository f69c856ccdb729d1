/** A store in memory whose callers take turns, one operation at a time, in an order that a seed decides. @module */
import { asBody, bytesOf, noObject, type Objects, sha256Of } from "engine";

/** Callers that run at once, of whom one acts at a time. */
export class Turns {
  readonly #random: () => number;
  readonly #waiting: (() => void)[] = [];
  #changed = Promise.withResolvers<void>();

  constructor(seed: number) {
    let state = seed * 2_654_435_761 >>> 0;
    this.#random = () => (state = (state * 1_664_525 + 1_013_904_223) >>> 0) / 2 ** 32;
  }

  /** Waits until it is the caller's turn. */
  take(): Promise<void> {
    const turn = Promise.withResolvers<void>();
    this.#waiting.push(turn.resolve);
    this.#changed.resolve();
    return turn.promise;
  }

  /** Runs all to their end. */
  async run(...callers: readonly (() => Promise<unknown>)[]): Promise<void> {
    let alive = callers.length;
    const all = callers.map((caller) =>
      caller().finally(() => {
        alive--;
        this.#changed.resolve();
      })
    );
    while (alive > 0) {
      while (this.#waiting.length < alive) {
        await this.#changed.promise;
        this.#changed = Promise.withResolvers();
      }
      if (alive === 0) break;
      const chosen = Math.floor(this.#random() * this.#waiting.length);
      this.#waiting.splice(chosen, 1)[0]!();
    }
    await Promise.all(all);
  }
}

interface Kept {
  readonly bytes: Uint8Array;
  readonly modified: Date;
}

/** What several callers of {@linkcode Turns} share. */
export class MemoryObjects implements Objects {
  readonly name = "memory";
  readonly place = "memory";
  readonly kept = new Map<string, Kept>();
  /** The clock of the store, in milliseconds; every write is later than the one before. */
  now = 0;

  constructor(readonly turn: () => Promise<void>) {}

  async put(key: string, given: Parameters<Objects["put"]>[1]) {
    const bytes = await bytesOf(await asBody(given).open());
    await this.turn();
    this.kept.set(key, { bytes, modified: new Date(++this.now) });
    return this.#headOf(key)!;
  }

  async get(key: string) {
    await this.turn();
    const found = this.kept.get(key);
    if (found === undefined) throw noObject(key, this.place);
    return new Blob([found.bytes as Uint8Array<ArrayBuffer>]).stream();
  }

  async range(key: string, { from, to }: { readonly from: number; readonly to: number }) {
    return (await bytesOf(await this.get(key))).subarray(from, to);
  }

  async head(key: string) {
    await this.turn();
    return this.#headOf(key);
  }

  async *list(prefix: string) {
    await this.turn();
    const keys = [...this.kept.keys()].filter((key) => key.startsWith(prefix));
    yield* keys.map((key) => this.#headOf(key)!);
  }

  async delete(key: string) {
    await this.turn();
    this.kept.delete(key);
  }

  sweep() {
    return Promise.resolve(0);
  }

  #headOf(key: string) {
    const found = this.kept.get(key);
    if (found === undefined) return undefined;
    const { bytes, modified } = found;
    return { key, size: bytes.length, sha256: sha256Of(bytes), modified };
  }
}
