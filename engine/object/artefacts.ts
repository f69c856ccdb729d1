/** Artefacts: objects that are named by their content and never changed. @module */
import { asBody, bytesOf } from "./body.ts";
import type { ObjectBody, Objects } from "./objects.ts";

/** Keeps bytes under their SHA-256: the same bytes are kept once. */
export interface Artefacts {
  /** The store that they lie in. */
  readonly objects: Objects;
  /** Keeps bytes; gives their SHA-256 in hexadecimal digits. */
  put(bytes: Uint8Array | ObjectBody): Promise<{ readonly digest: string; readonly size: number }>;
  /**
   * Gives them back, checked against their digest.
   *
   * @throws {Deno.errors.NotFound} If nothing was kept under that digest.
   * @throws {Deno.errors.InvalidData} If they were damaged.
   */
  get(digest: string): Promise<Uint8Array>;
  /** As {@linkcode Artefacts.get}, for what is larger than memory; damage is told at the end. */
  stream(digest: string): Promise<ReadableStream<Uint8Array>>;
}

/**
 * Key of an artefact: two digits of its digest as a folder.
 *
 * @throws {RangeError} If `digest` is no SHA-256.
 */
export function artefactKey(digest: string): string {
  if (/^[0-9a-f]{64}$/.test(digest)) return `${digest.slice(0, 2)}/${digest}`;
  throw new RangeError(`Cannot read object: "${digest}" is no SHA-256 digest`);
}

/** The digest of an artefact by its key; undefined if the key is of something else. */
export function digestOfKey(key: string): string | undefined {
  const digest = /^[0-9a-f]{2}\/([0-9a-f]{64})$/.exec(key)?.[1];
  return digest !== undefined && artefactKey(digest) === key ? digest : undefined;
}

/**
 * Artefacts in a store.
 *
 * @example
 * ```ts ignore
 * const kept = artefacts(fileObjects(".aurora/objects"));
 * const { digest } = await kept.put(new TextEncoder().encode("hello"));
 * await kept.get(digest);
 * ```
 */
export function artefacts(objects: Objects): Artefacts {
  return {
    objects,
    async put(bytes) {
      const body = asBody(bytes);
      // Written anew even if it is there: a garbage collection spares what is young.
      await objects.put(artefactKey(body.sha256), body);
      return { digest: body.sha256, size: body.size };
    },
    get: async (digest) => await bytesOf(await objects.get(artefactKey(digest))),
    stream: (digest) => objects.get(artefactKey(digest)),
  };
}
