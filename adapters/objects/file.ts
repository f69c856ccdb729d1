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
} from "engine";
import { basename, dirname, join, relative } from "@std/path";

/** Bytes of objects that are not named by their digest, and drafts. No key begins with a dot. */
const CONTENT = ".content";
const SHA256 = /[0-9a-f]{64}$/;

/**
 * A store in a folder, made when the first object is kept. Any number of processes may use it.
 *
 * An object named by its digest is a plain file of that name. Any other key is a link to a file that has the digest in
 * its name. Both appear by one rename after the bytes are on disk, so bytes and checksum cannot be of two writers.
 */
export function fileObjects(folder: string): Objects {
  const pathOf = (key: string) => {
    checkObjectKey(key);
    return join(folder, key);
  };
  const headOf = async (key: string) => (await find(key, pathOf(key)))?.head;
  return {
    name: "file",
    place: folder,
    async put(key, given, { signal } = {}) {
      const path = pathOf(key);
      await write(folder, path, asBody(given), { key, signal });
      const head = await headOf(key);
      if (head === undefined) throw noObject(key, folder);
      return head;
    },
    async get(key) {
      const { file, head } = await opened(key, pathOf(key), folder);
      return checkedStream(file.readable, {
        ...head,
        doing: `Cannot read object "${key}" of "${folder}"`,
      });
    },
    async range(key, range) {
      checkByteRange(range);
      const { file, head } = await opened(key, pathOf(key), folder);
      using open = file;
      const bytes = new Uint8Array(Math.max(0, Math.min(range.to, head.size) - range.from));
      await open.seek(range.from, Deno.SeekMode.Start);
      return await filled(open, bytes, key);
    },
    head: headOf,
    list: (prefix) => listed(folder, prefix),
    async delete(key) {
      const path = pathOf(key);
      const target = await targetOf(path);
      await removeIfThere(path);
      if (target !== path) await removeIfThere(target);
    },
    sweep: (before) => sweep(folder, before),
  };
}

/** The file that holds the bytes of a path: itself, or what it links to. */
async function targetOf(path: string): Promise<string> {
  try {
    return join(dirname(path), await Deno.readLink(path));
  } catch (error) {
    // EINVAL: no link. NotFound: whoever opens it hears that.
    if (error instanceof Error && /os error (22|2|20)\)/.test(error.message)) return path;
    throw error;
  }
}

interface Found {
  readonly target: string;
  readonly head: ObjectHead;
}

async function find(key: string, path: string): Promise<Found | undefined> {
  // A writer may replace the object between the two looks; what it replaced is gone then.
  for (let tries = 0; tries < 20; tries++) {
    const target = await targetOf(path);
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
  key: string,
  path: string,
  folder: string,
): Promise<{ readonly file: Deno.FsFile; readonly head: ObjectHead }> {
  for (let tries = 0; tries < 20; tries++) {
    const found = await find(key, path);
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
    const content = join(folder, CONTENT, `${id}-${body.sha256}`);
    await Deno.rename(draft, content);
    await link(path, content, join(folder, CONTENT, `${id}.link`));
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

/** Lets `path` lead to `content`, and removes what it led to before. */
async function link(path: string, content: string, draft: string): Promise<void> {
  const before = await targetOf(path);
  try {
    await Deno.symlink(relative(dirname(path), content), draft);
    await Deno.rename(draft, path);
  } catch (error) {
    await removeIfThere(draft);
    await removeIfThere(content);
    throw error;
  }
  if (before !== path) await removeIfThere(before);
}

async function* listed(folder: string, prefix: string): AsyncGenerator<ObjectInfo> {
  for await (const key of keysBelow(folder, "", prefix)) {
    const found = await find(key, join(folder, key));
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
  // After the look at what is old: a link that is made meanwhile leads to what is newer.
  for await (const key of keysBelow(folder, "", "")) used.add(await targetOf(join(folder, key)));
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
