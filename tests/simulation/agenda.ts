/** Virtual time: what is due next happens next, and the same things in the same order each time. @module */

interface Entry {
  readonly at: number;
  readonly order: number;
  readonly act: () => void | Promise<void>;
}

/** What is still to happen. */
export class Agenda {
  /** Milliseconds of virtual time. */
  now = 0;
  #order = 0;
  /** The next one last. */
  readonly #entries: Entry[] = [];

  /** Lets something happen `ms` from now; of two at one instant the one that was put first. */
  after(ms: number, act: () => void | Promise<void>): void {
    const entry = { at: this.now + Math.max(0, ms), order: ++this.#order, act };
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.#entries[middle]!;
      if (other.at > entry.at) low = middle + 1;
      else high = middle;
    }
    this.#entries.splice(low, 0, entry);
  }

  /** Lets the next thing happen. False if nothing is left. */
  async next(): Promise<boolean> {
    const entry = this.#entries.pop();
    if (entry === undefined) return false;
    this.now = entry.at;
    await entry.act();
    return true;
  }
}
