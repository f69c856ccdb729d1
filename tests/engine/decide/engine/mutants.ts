/**
 * Copies of the engine into which a bug is planted, so that the shipped files need no switch.
 *
 * @module
 */
import type { Subject } from "./property.ts";

/** A bug: what it is, and the text of one file that it changes. */
export interface Mutant {
  /** What is broken, in a few words. */
  readonly bug: string;
  /** File of `engine/decide/engine`. */
  readonly file: string;
  /** What stands there exactly once. */
  readonly from: string;
  /** What stands there then. */
  readonly to: string;
}

const ENGINE = new URL("../../../../engine/decide/engine/", import.meta.url);

/**
 * The engine with the bug, from a copy in `folder`.
 *
 * @throws {RangeError} If the text is not there exactly once: then the code has moved on and the mutant must too.
 */
export async function planted({ file, from, to, bug }: Mutant, folder: string): Promise<Subject> {
  for await (const entry of Deno.readDir(ENGINE)) {
    const text = await Deno.readTextFile(new URL(entry.name, ENGINE));
    const parts = text.split(from);
    if (entry.name === file && parts.length !== 2) {
      throw new RangeError(
        `Cannot plant "${bug}": "${from}" is ${parts.length - 1} times in ${file}`,
      );
    }
    const planted = entry.name === file ? parts.join(to) : text;
    await Deno.writeTextFile(`${folder}/${entry.name}`, planted);
  }
  return await import(`file://${folder}/mod.ts`);
}
