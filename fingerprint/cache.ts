/**
 * Summaries of files that were read before, in a folder, by the content of the file.
 *
 * @module
 */
import { SCHEME, sha } from "./sha.ts";
import type { Summary } from "./summary.ts";

/** Raised when a summary says something else for the same text. */
const FORMAT = 1;
/** Summaries of older texts that are kept: branches are switched back and forth. */
const SPARE = 2_000;

/** Under which a summary is kept. */
export const keyOf = (path: string, text: string): string =>
  sha(`${SCHEME}.${FORMAT} ${path}\0${text}`);

/** Summaries by key. */
export class SummaryCache {
  readonly #file: string | undefined;
  readonly #known: Map<string, Summary>;
  readonly #used = new Map<string, Summary>();
  #hasNew = false;

  private constructor(file: string | undefined, known: Map<string, Summary>) {
    this.#file = file;
    this.#known = known;
  }

  /** Opens the cache of a folder; without one it lasts as long as the process. */
  static async open(folder?: string): Promise<SummaryCache> {
    if (folder === undefined) return new SummaryCache(undefined, new Map());
    const file = `${folder}/summaries.json`;
    try {
      const entries = JSON.parse(await Deno.readTextFile(file)) as [string, Summary][];
      return new SummaryCache(file, new Map(entries));
    } catch {
      // A cache that is missing, was cut off or may not be read is one that knows nothing.
      return new SummaryCache(file, new Map());
    }
  }

  /** What is known. */
  get(key: string): Summary | undefined {
    const found = this.#known.get(key);
    if (found) this.#used.set(key, found);
    return found;
  }

  /** Keeps a summary. */
  set(key: string, summary: Summary): void {
    this.#known.set(key, summary);
    this.#used.set(key, summary);
    this.#hasNew = true;
  }

  /**
   * Writes what is new; whoever reads meanwhile sees the old file or the new one. Where nothing can be written, files are
   * read again at the next start.
   */
  async save(): Promise<void> {
    if (!this.#hasNew || this.#file === undefined) return;
    const spare = [...this.#known].filter(([key]) => !this.#used.has(key)).slice(-SPARE);
    const text = JSON.stringify([...spare, ...this.#used]);
    try {
      await replace(this.#file, text);
      this.#hasNew = false;
    } catch (error) {
      if (error instanceof TypeError) throw error; // A mistake of ours, not of the disk.
    }
  }
}

async function replace(file: string, text: string): Promise<void> {
  const folder = file.slice(0, file.lastIndexOf("/"));
  await Deno.mkdir(folder, { recursive: true });
  const draft = await Deno.makeTempFile({ dir: folder, prefix: "summaries." });
  await Deno.writeTextFile(draft, text);
  await Deno.rename(draft, file);
}
