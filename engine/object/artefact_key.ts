/** How artefacts are named in a store. @module */

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
