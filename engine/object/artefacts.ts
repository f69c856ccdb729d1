/** Artefacts: objects that are named by their content and never changed. @module */
import { artefactKey } from "./artefact_key.ts";
import { asBody, bytesOf } from "./body.ts";
import { putBesideCollections, type Wait } from "./collection_flag.ts";
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

/** How artefacts are kept. */
export interface ArtefactsOptions {
  /** Waits before it looks again whether a garbage collection is over. @default {a quarter of a second} */
  readonly wait?: Wait;
}

const aMoment = () => new Promise<void>((resolve) => setTimeout(resolve, 250));

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
export function artefacts(objects: Objects, { wait = aMoment }: ArtefactsOptions = {}): Artefacts {
  return {
    objects,
    async put(bytes) {
      const body = asBody(bytes);
      // Written anew even if it is there: a garbage collection spares what is young.
      await putBesideCollections(objects, body, wait);
      return { digest: body.sha256, size: body.size };
    },
    get: async (digest) => await bytesOf(await objects.get(artefactKey(digest))),
    stream: (digest) => objects.get(artefactKey(digest)),
  };
}
