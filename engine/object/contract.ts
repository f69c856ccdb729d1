/** What every store of objects does: a suite to run against each of them. @module */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { asBody, bytesOf, sha256Of } from "./body.ts";
import type { ObjectBody, Objects } from "./objects.ts";

/** A store for one test, empty. */
export interface OpenedObjects extends AsyncDisposable {
  readonly objects: Objects;
}

/** How much the suite sends. */
export interface ObjectsContractOptions {
  /** Bytes of the largest object: more than one part of a multipart upload. @default {20_000_000} */
  readonly large?: number;
}

const text = (words: string) => new TextEncoder().encode(words);
const words = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

async function keysOf(objects: Objects, prefix: string): Promise<string[]> {
  return (await Array.fromAsync(objects.list(prefix))).map((o) => o.key).sort();
}

/** Bytes that differ from block to block, made while they are read. */
function largeBody(size: number): ObjectBody & { readonly byteAt: (index: number) => number } {
  const byteAt = (index: number) => (index * 31 + (index >> 16)) & 255;
  const open = () =>
    ReadableStream.from((function* () {
      for (let at = 0; at < size; at += 65_536) {
        yield Uint8Array.from({ length: Math.min(65_536, size - at) }, (_, i) => byteAt(at + i));
      }
    })());
  let sha256: string | undefined;
  const all = () => Uint8Array.from({ length: size }, (_, i) => byteAt(i));
  return {
    size,
    open,
    byteAt,
    get sha256() {
      return sha256 ??= sha256Of(all());
    },
  };
}

/** A stream that gives what `bytes` has and then fails. */
function failingBody(bytes: Uint8Array, size: number): ObjectBody {
  const chunks = function* () {
    yield bytes;
    throw new Error("The source broke");
  };
  return { size, sha256: sha256Of(bytes), open: () => ReadableStream.from(chunks()) };
}

/** Runs the suite; `open` gives an empty store to every test. */
export function objectsContract(
  name: string,
  open: () => Promise<OpenedObjects>,
  { large = 20_000_000 }: ObjectsContractOptions = {},
): void {
  const test = (what: string, run: (objects: Objects) => Promise<void>) =>
    Deno.test(`objects ${name}: ${what}`, async () => {
      await using opened = await open();
      await run(opened.objects);
    });

  keeping(test, large);
  refusing(test, large);
  racing(test);
}

type Test = (what: string, run: (objects: Objects) => Promise<void>) => void;

/** What is kept, read, listed and removed. */
function keeping(test: Test, large: number): void {
  test("what is put is got, with its size and digest", async (objects) => {
    const bytes = text("hello ☀");
    const put = await objects.put("a/hello.txt", bytes);
    assertEquals([put.key, put.size, put.sha256], ["a/hello.txt", 9, sha256Of(bytes)]);
    assertEquals(words(await bytesOf(await objects.get("a/hello.txt"))), "hello ☀");
    const head = await objects.head("a/hello.txt");
    assertEquals([head?.key, head?.size, head?.sha256], [put.key, put.size, put.sha256]);
    assert(Math.abs(Date.now() - head!.modified.getTime()) < 60_000);
  });

  test("no bytes are an object too", async (objects) => {
    await objects.put("empty", new Uint8Array());
    assertEquals((await objects.head("empty"))?.size, 0);
    assertEquals((await bytesOf(await objects.get("empty"))).length, 0);
    assertEquals((await objects.range("empty", { from: 0, to: 1 })).length, 0);
  });

  test("what is larger than a part is streamed both ways, and read by ranges", async (objects) => {
    const body = largeBody(large);
    await objects.put("large.bin", body);
    assertEquals((await objects.head("large.bin"))?.sha256, body.sha256);
    const got = await bytesOf(await objects.get("large.bin"));
    assertEquals([got.length, sha256Of(got)], [large, body.sha256]);
    const from = large - 70_001;
    const part = await objects.range("large.bin", { from, to: from + 70_000 });
    assertEquals(sha256Of(part), sha256Of(got.subarray(from, from + 70_000)));
  });

  test("a range ends where the object ends", async (objects) => {
    await objects.put("ten", text("0123456789"));
    assertEquals(words(await objects.range("ten", { from: 3, to: 5 })), "34");
    assertEquals(words(await objects.range("ten", { from: 8, to: 99 })), "89");
    assertEquals(words(await objects.range("ten", { from: 10, to: 12 })), "");
    await assertRejects(() => objects.range("ten", { from: 5, to: 5 }), RangeError);
    await assertRejects(() => objects.range("ten", { from: -1, to: 5 }), RangeError);
  });

  test("what is not there is said by its key", async (objects) => {
    assertEquals(await objects.head("none"), undefined);
    await assertRejects(() => objects.get("none"), Deno.errors.NotFound, '"none"');
    const one = { from: 0, to: 1 };
    await assertRejects(() => objects.range("none", one), Deno.errors.NotFound, '"none"');
    await objects.delete("none");
  });

  test("a second put replaces the first; delete removes it", async (objects) => {
    await objects.put("key", text("first"));
    await objects.put("key", text("the second"));
    assertEquals(words(await bytesOf(await objects.get("key"))), "the second");
    assertEquals((await objects.head("key"))?.size, 10);
    await objects.delete("key");
    assertEquals(await objects.head("key"), undefined);
    assertEquals(await keysOf(objects, ""), []);
  });

  test("keys are listed by their prefix", async (objects) => {
    const keys = ["a/b/1", "a/b/2", "a/b.txt", "a/c", "b", sha256Of(text("b/x"))];
    for (const key of keys) await objects.put(key, text(key));
    await objects.put(sha256Of(text("plain")), text("plain"));
    assertEquals(await keysOf(objects, "a/"), ["a/b.txt", "a/b/1", "a/b/2", "a/c"]);
    assertEquals(await keysOf(objects, "a/b/"), ["a/b/1", "a/b/2"]);
    assertEquals(await keysOf(objects, "a/b"), ["a/b.txt", "a/b/1", "a/b/2"]);
    assertEquals(await keysOf(objects, "zz"), []);
    assertEquals((await keysOf(objects, "")).length, 7);
    const [first] = await Array.fromAsync(objects.list("a/b/1"));
    assertEquals([first?.key, first?.size], ["a/b/1", 5]);
  });
}

/** What is refused or given up leaves everything as it was. */
function refusing(test: Test, large: number): void {
  test("keys that not every store can keep are refused", async (objects) => {
    for (const key of ["", "/a", "a/", "a//b", "../a", "a/../b", ".hidden", "a b", "a\nb", "a?b"]) {
      await assertRejects(() => objects.put(key, text("x")), RangeError, "object key");
    }
  });

  test("bytes other than promised are refused, and what was there stays", async (objects) => {
    await objects.put("key", text("before"));
    const wrong = { ...asBody(text("after!")), sha256: sha256Of(text("other")) };
    await assertRejects(() => objects.put("key", wrong), Deno.errors.InvalidData, '"key"');
    const short = { ...asBody(text("after")), size: 6 };
    await assertRejects(() => objects.put("key", short), Deno.errors.InvalidData);
    const long = { ...asBody(text("after")), size: 4 };
    await assertRejects(() => objects.put("key", long), Deno.errors.InvalidData);
    assertEquals(words(await bytesOf(await objects.get("key"))), "before");
  });

  test("a source that breaks midway leaves nothing behind", async (objects) => {
    const half = new Uint8Array(large >> 1).fill(7);
    await assertRejects(() => objects.put("half", failingBody(half, large)), Error, "broke");
    assertEquals(await objects.head("half"), undefined);
    assertEquals(await keysOf(objects, ""), []);
    assertEquals(await objects.sweep(new Date(Date.now() + 3_600_000)), 0);
  });

  test("a put that is given up leaves nothing behind", async (objects) => {
    const stop = new AbortController();
    const body = largeBody(large);
    const chunks = async function* () {
      for await (const chunk of await body.open()) {
        yield chunk;
        stop.abort(new DOMException("enough", "AbortError"));
      }
    };
    const stopped = {
      size: body.size,
      sha256: body.sha256,
      open: () => ReadableStream.from(chunks()),
    };
    await assertRejects(
      () => objects.put("stopped", stopped, { signal: stop.signal }),
      DOMException,
    );
    assertEquals(await objects.head("stopped"), undefined);
    assertEquals(await objects.sweep(new Date(Date.now() + 3_600_000)), 0);
  });
}

/** Readers and writers of one key at once. */
function racing(test: Test): void {
  test("a reader sees one of two versions while they replace each other", async (objects) => {
    const versions = ["a", "b"].map((c) => text(c.repeat(100_000)));
    await objects.put("key", versions[0]!);
    let isOver = false;
    const write = async () => {
      for (let i = 0; i < 20; i++) await objects.put("key", versions[i % 2]!);
      isOver = true;
    };
    const read = async () => {
      let reads = 0;
      while (!isOver) {
        const bytes = await bytesOf(await objects.get("key"));
        assert(versions.some((v) => sha256Of(v) === sha256Of(bytes)));
        reads++;
      }
      return reads;
    };
    const [, reads] = await Promise.all([write(), read()]);
    assert(reads > 0);
  });

  test("four writers of one key leave the whole of one of them", async (objects) => {
    const versions = ["a", "bb", "ccc", "dddd"].map(text);
    await Promise.all(versions.map((v) => objects.put("key", v)));
    const left = words(await bytesOf(await objects.get("key")));
    assert(["a", "bb", "ccc", "dddd"].includes(left), left);
    assertEquals(await keysOf(objects, ""), ["key"]);
  });
}
