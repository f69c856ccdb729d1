/**
 * Objects as files.
 *
 * @module
 */
import {
  asBody,
  checkByteRange,
  checkedChunks,
  checkedStream,
  checkObjectKey,
  noObject,
  type ObjectBody,
  type ObjectHead,
  type ObjectInfo,
  type Objects,
  sha256Of,
} from "engine";
import { basename, dirname, join } from "@std/path";

/** Bytes of objects that are not named by their digest, and drafts. No key begins with a dot. */
const CONTENT = ".content";
const SHA256 = /[0-9a-f]{64}$/;

/**
 * A store in a folder, made when the first object is kept. Any number of processes may use it.
 *
 * An object named by its digest is a plain file of that name. Any other key is a note of a line, which names a file that
 * has the digest in its name; a link would need all rights of Deno, and links of older stores are followed. Both appear by
 * one rename after the bytes are on disk, so bytes and checksum cannot be of two writers.
 */
export function fileObjects(folder: string): Objects {
  const checked = (key: string) => {
    checkObjectKey(key);
    return key;
  };
  const headOf = async (key: string) => (await find(folder, checked(key)))?.head;
  return {
    name: "file",
    place: folder,
    async put(key, given, { signal } = {}) {
      const path = join(folder, checked(key));
      await write(folder, path, asBody(given), { key, signal });
      const head = await headOf(key);
      if (head === undefined) throw noObject(key, folder);
      return head;
    },
    async get(key) {
      const { file, head } = await opened(folder, checked(key));
      return checkedStream(file.readable, {
        ...head,
        doing: `Cannot read object "${key}" of "${folder}"`,
      });
    },
    async range(key, range) {
      checkByteRange(range);
      const { file, head } = await opened(folder, checked(key));
      using open = file;
      const bytes = new Uint8Array(Math.max(0, Math.min(range.to, head.size) - range.from));
      await open.seek(range.from, Deno.SeekMode.Start);
      return await filled(open, bytes, key);
    },
    head: headOf,
    list: (prefix) => listed(folder, prefix),
    async delete(key) {
      const path = join(folder, checked(key));
      const target = await targetOf(folder, path);
      await removeIfThere(path);
      if (target !== path) await removeIfThere(target);
    },
    sweep: (before) => sweep(folder, before),
  };
}

/** What a note begins with; the name of a file of {@link CONTENT} follows. */
const NOTE = "aurora object ";
/** Bytes of the longest note: the name has an UUID and a digest. */
const NOTE_BYTES = 128;

/** The file that holds the bytes of a path: itself, or what it names. */
async function targetOf(folder: string, path: string): Promise<string> {
  const name = await noteAt(path) ?? await linkAt(path);
  return name === undefined ? path : join(folder, CONTENT, name);
}

/** The name that a note tells. */
async function noteAt(path: string): Promise<string | undefined> {
  const info = await statIfThere(path);
  if (info === undefined || !info.isFile || info.size > NOTE_BYTES) return undefined;
  const bytes = await Deno.readFile(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return new Uint8Array();
    throw error;
  });
  const name = /^aurora object ([0-9a-f-]{36}-[0-9a-f]{64})\n$/
    .exec(new TextDecoder().decode(bytes))?.[1];
  // An object may have any bytes, also those of a note: then it is named by their digest.
  return name !== undefined && basename(path) !== sha256Of(bytes) ? name : undefined;
}

/** The name that a link leads to: so stores were written before there were notes. */
async function linkAt(path: string): Promise<string | undefined> {
  try {
    return basename(await Deno.readLink(path));
  } catch (error) {
    // EINVAL: no link. NotFound: whoever opens it hears that.
    if (error instanceof Error && /os error (22|2|20)\)/.test(error.message)) return undefined;
    throw error;
  }
}

interface Found {
  readonly target: string;
  readonly head: ObjectHead;
}

async function find(folder: string, key: string): Promise<Found | undefined> {
  const path = join(folder, key);
  // A writer may replace the object between the two looks; what it replaced is gone then.
  for (let tries = 0; tries < 20; tries++) {
    const target = await targetOf(folder, path);
    const info = await statIfThere(target);
    const head = info?.isFile ? headOf(key, target, info) : undefined;
    if (head !== undefined) return { target, head };
    if (target === path) return undefined;
  }
  return undefined;
}

/** A file without a digest in its name was put there by somebody else: it is no object. */
function headOf(key: string, target: string, info: Deno.FileInfo): ObjectHead | undefined {
  const sha256 = SHA256.exec(basename(target))?.[0];
  if (sha256 === undefined) return undefined;
  return { key, size: info.size, sha256, modified: info.mtime ?? new Date(0) };
}

async function opened(
  folder: string,
  key: string,
): Promise<{ readonly file: Deno.FsFile; readonly head: ObjectHead }> {
  for (let tries = 0; tries < 20; tries++) {
    const found = await find(folder, key);
    if (found === undefined) break;
    try {
      return { file: await Deno.open(found.target), head: found.head };
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  throw noObject(key, folder);
}

async function filled(file: Deno.FsFile, bytes: Uint8Array, key: string): Promise<Uint8Array> {
  for (let at = 0; at < bytes.length;) {
    const read = await file.read(bytes.subarray(at));
    if (read === null) {
      throw new Deno.errors.InvalidData(`Cannot read object "${key}": its file was cut`);
    }
    at += read;
  }
  return bytes;
}

async function write(
  folder: string,
  path: string,
  body: ObjectBody,
  { key, signal }: { readonly key: string; readonly signal: AbortSignal | undefined },
): Promise<void> {
  const id = crypto.randomUUID();
  const draft = join(folder, CONTENT, `${id}.part`);
  await Deno.mkdir(join(folder, CONTENT), { recursive: true });
  await Deno.mkdir(dirname(path), { recursive: true });
  try {
    await writeDraft(draft, body, { key, signal });
    if (basename(path) === body.sha256) return await Deno.rename(draft, path);
    const name = `${id}-${body.sha256}`;
    await Deno.rename(draft, join(folder, CONTENT, name));
    await note(folder, path, { id, name });
  } catch (error) {
    await removeIfThere(draft);
    throw error;
  }
}

async function writeDraft(
  draft: string,
  body: ObjectBody,
  { key, signal }: { readonly key: string; readonly signal: AbortSignal | undefined },
): Promise<void> {
  using file = await Deno.open(draft, { write: true, createNew: true });
  const doing = `Cannot keep object "${key}"`;
  for await (const chunk of checkedChunks(await body.open(), { ...body, doing })) {
    signal?.throwIfAborted();
    for (let at = 0; at < chunk.length;) at += await file.write(chunk.subarray(at));
  }
  await file.sync();
}

/** Lets `path` name `content`, and removes what it named before. */
async function note(
  folder: string,
  path: string,
  { id, name }: { readonly id: string; readonly name: string },
): Promise<void> {
  const draft = join(folder, CONTENT, `${id}.note`);
  const before = await targetOf(folder, path);
  try {
    await writeDraft(draft, asBody(new TextEncoder().encode(`${NOTE}${name}\n`)), {
      key: path,
      signal: undefined,
    });
    await Deno.rename(draft, path);
  } catch (error) {
    await removeIfThere(draft);
    await removeIfThere(join(folder, CONTENT, name));
    throw error;
  }
  if (before !== path) await removeIfThere(before);
}

async function* listed(folder: string, prefix: string): AsyncGenerator<ObjectInfo> {
  for await (const key of keysBelow(folder, "", prefix)) {
    const found = await find(folder, key);
    if (found === undefined) continue;
    const { size, modified } = found.head;
    yield { key, size, modified };
  }
}

async function* keysBelow(folder: string, at: string, prefix: string): AsyncGenerator<string> {
  const entries = await entriesOf(join(folder, at));
  for (const { name, isDirectory } of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
    if (name.startsWith(".")) continue;
    const key = at + name + (isDirectory ? "/" : "");
    if (isDirectory && (key.startsWith(prefix) || prefix.startsWith(key))) {
      yield* keysBelow(folder, key, prefix);
    } else if (!isDirectory && key.startsWith(prefix)) yield key;
  }
}

async function entriesOf(path: string): Promise<Deno.DirEntry[]> {
  try {
    return await Array.fromAsync(Deno.readDir(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Removes drafts, and bytes that no key leads to. */
async function sweep(folder: string, before: Date): Promise<number> {
  const used = new Set<string>();
  const old: string[] = [];
  const content = join(folder, CONTENT);
  if (await statIfThere(content) === undefined) return 0;
  for await (const { name } of Deno.readDir(content)) {
    const { mtime } = await Deno.lstat(join(content, name)).catch(() => ({ mtime: null }));
    if (mtime !== null && mtime < before) old.push(join(content, name));
  }
  // After the look at what is old: a note that is made meanwhile leads to what is newer.
  for await (const key of keysBelow(folder, "", "")) {
    used.add(await targetOf(folder, join(folder, key)));
  }
  const left = old.filter((path) => !used.has(path));
  for (const path of left) await removeIfThere(path);
  return left.length;
}

async function statIfThere(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return undefined;
    }
    throw error;
  }
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
