/**
 * Objects as files, named by the digest of their content.
 *
 * @module
 */
import { join } from "@std/path";

/** Keeps bytes under the digest of their content: what has been written is never changed. */
export interface FileObjects {
  /** Shown to people. */
  readonly name: string;
  /** Where the files lie. */
  readonly folder: string;
  /** Keeps bytes; the same bytes have the same digest, SHA-256 in hexadecimal digits. */
  put(bytes: Uint8Array): Promise<{ readonly digest: string; readonly size: number }>;
  /**
   * Gives them back, checked against their digest.
   *
   * @throws {Deno.errors.NotFound} If nothing was kept under that digest.
   * @throws {Deno.errors.InvalidData} If the file was damaged.
   */
  get(digest: string): Promise<Uint8Array>;
}

async function digestOf(bytes: Uint8Array): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
  return new Uint8Array(hash).toHex();
}

/**
 * A store in a folder, made when the first object is kept. Any number of processes may use it: a file appears whole,
 * by rename, and twice the same content is the same file.
 */
export function fileObjects(folder: string): FileObjects {
  const pathOf = (digest: string) => join(folder, digest.slice(0, 2), digest);
  return {
    name: "file",
    folder,
    async put(bytes) {
      const digest = await digestOf(bytes);
      const path = pathOf(digest);
      if (!await exists(path)) await writeWhole(path, bytes);
      return { digest, size: bytes.length };
    },
    async get(digest) {
      if (!/^[0-9a-f]{64}$/.test(digest)) {
        throw new RangeError(`Cannot read object: "${digest}" is no SHA-256 digest`);
      }
      const bytes = await read(pathOf(digest), digest, folder);
      if (await digestOf(bytes) === digest) return bytes;
      throw new Deno.errors.InvalidData(
        `Cannot read object ${digest}: the file in "${folder}" was damaged, materialize its asset again`,
      );
    },
  };
}

async function read(path: string, digest: string, folder: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(path);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new Deno.errors.NotFound(
      `Cannot read object ${digest}: it is not in "${folder}"; do all processes see the same folder (AURORA_OBJECTS)?`,
      { cause },
    );
  }
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then((s) => s.isFile, () => false);
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const folder = path.slice(0, path.lastIndexOf("/"));
  await Deno.mkdir(folder, { recursive: true });
  const draft = `${path}.${crypto.randomUUID()}`;
  try {
    await Deno.writeFile(draft, bytes);
    await Deno.rename(draft, path);
  } catch (error) {
    await Deno.remove(draft).catch(() => {});
    throw error;
  }
}
