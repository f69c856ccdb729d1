/** Copying artefacts from store to store. @module */
import { artefactKey, digestOfKey, type Objects } from "engine";
import { BackupError } from "./manifest.ts";

/** Artefacts that are copied at once. */
const AT_ONCE = 4;

/** Sizes in bytes by digest. */
export type Sizes = ReadonlyMap<string, number>;

/** Artefacts of a store. */
export async function artefactsIn(store: Objects): Promise<Sizes> {
  const sizes = new Map<string, number>();
  for await (const { key, size } of store.list("")) {
    const digest = digestOfKey(key);
    if (digest !== undefined) sizes.set(digest, size);
  }
  return sizes;
}

/**
 * Copies those artefacts that the other store has not, checked by their digests; gives how many and how many bytes.
 *
 * @throws {BackupError} If one is gone.
 */
export async function copyMissing(
  wanted: Sizes,
  o: { readonly from: Objects; readonly to: Objects },
): Promise<{ readonly count: number; readonly bytes: number }> {
  const there = await artefactsIn(o.to);
  const missing = [...wanted].filter(([digest, size]) => there.get(digest) !== size);
  const rest = missing.values();
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (const [digest, size] of rest) await copyOne(digest, size, o);
  }));
  return { count: missing.length, bytes: missing.reduce((sum, [, size]) => sum + size, 0) };
}

async function copyOne(
  digest: string,
  size: number,
  { from, to }: { readonly from: Objects; readonly to: Objects },
): Promise<void> {
  const key = artefactKey(digest);
  try {
    await to.put(key, { size, sha256: digest, open: () => from.get(key) });
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new BackupError(
      `Cannot copy artefact "${digest}": it is not in "${from.place}" any more; a collection of garbage may have ` +
        `removed it meanwhile, begin again`,
      { cause },
    );
  }
}

/** `digest size` line by line. */
export const printSizes = (sizes: Sizes): string =>
  [...sizes].sort().map(([digest, size]) => `${digest} ${size}\n`).join("");

/** Reads what {@linkcode printSizes} wrote. */
export function parseSizes(text: string): Sizes {
  const lines = text.split("\n").filter((line) => line !== "");
  return new Map(lines.map((line) => [line.slice(0, 64), Number(line.slice(65))]));
}
