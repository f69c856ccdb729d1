import { assertEquals, assertRejects } from "@std/assert";
import { artefactKey, artefacts, bytesOf, sha256Of } from "engine";
import { objectsContract } from "engine/testing";
import { fromFileUrl, join } from "@std/path";
import { fileObjects } from "../../../adapters/objects/file.ts";

const SCRIPT = fromFileUrl(new URL("./narrow_folder.ts", import.meta.url));
const text = (words: string) => new TextEncoder().encode(words);

async function folder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.makeTempDir({ prefix: "aurora-objects-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

objectsContract("file", async () => {
  const home = await folder();
  const objects = fileObjects(join(home.path, "made/later"));
  return { objects, [Symbol.asyncDispose]: () => home[Symbol.asyncDispose]() };
}, { large: 3_000_000 });

Deno.test("fileObjects() keeps an artefact as a plain file where earlier versions kept it", async () => {
  await using home = await folder();
  const kept = artefacts(fileObjects(home.path));
  const { digest, size } = await kept.put(text("hello"));
  const path = join(home.path, digest.slice(0, 2), digest);
  assertEquals([size, await Deno.readTextFile(path)], [5, "hello"]);
  assertEquals((await Deno.lstat(path)).isSymlink, false);
  assertEquals(await kept.get(digest), text("hello"));
});

Deno.test("fileObjects() tells damaged bytes, of artefacts and of other keys", async () => {
  await using home = await folder();
  const objects = fileObjects(home.path);
  const key = artefactKey(sha256Of(text("hello")));
  await objects.put("exports/hello.txt", text("hello"));
  const [content] = await Array.fromAsync(Deno.readDir(join(home.path, ".content")));
  for (const [damaged, path] of [[key, key], ["exports/hello.txt", `.content/${content!.name}`]]) {
    await objects.put(key, text("hello"));
    await Deno.writeTextFile(join(home.path, path!), "hullo");
    const read = async () => await bytesOf(await objects.get(damaged!));
    await assertRejects(read, Deno.errors.InvalidData, "damaged");
  }
});

Deno.test("fileObjects() reads, replaces and sweeps what an older version kept behind a link", async () => {
  await using home = await folder();
  const objects = fileObjects(home.path);
  const content = `${crypto.randomUUID()}-${sha256Of(text("old"))}`;
  await Deno.mkdir(join(home.path, ".content"));
  await Deno.writeTextFile(join(home.path, ".content", content), "old");
  await Deno.symlink(join(".content", content), join(home.path, "report.txt"));
  const later = new Date(Date.now() + 60_000);
  assertEquals(await objects.sweep(later), 0);
  assertEquals(await bytesOf(await objects.get("report.txt")), text("old"));
  await objects.put("report.txt", text("new"));
  assertEquals(await bytesOf(await objects.get("report.txt")), text("new"));
  assertEquals((await Array.fromAsync(Deno.readDir(join(home.path, ".content")))).length, 1);
});

Deno.test("fileObjects() does not take bytes that look like its notes for one", async () => {
  await using home = await folder();
  const objects = fileObjects(home.path);
  await objects.put("report.txt", text("a report"));
  const looks = await Deno.readFile(join(home.path, "report.txt"));
  const kept = artefacts(objects);
  const { digest } = await kept.put(looks);
  await objects.put("copy.txt", looks);
  assertEquals(await kept.get(digest), looks);
  assertEquals(await bytesOf(await objects.get("copy.txt")), looks);
});

Deno.test("fileObjects() needs the rights of its folder only", async () => {
  await using home = await folder();
  const rights = ["--no-prompt", `--allow-read=${home.path}`, `--allow-write=${home.path}`];
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--cached-only", ...rights, SCRIPT, home.path],
    env: { NO_COLOR: "1" },
  }).output();
  const said = new TextDecoder().decode(stdout);
  assertEquals(
    said,
    '{"byte":8,"keys":["report.txt"],"swept":0}\n',
    new TextDecoder().decode(stderr),
  );
});

Deno.test("fileObjects() does not take the files of others for objects", async () => {
  await using home = await folder();
  const objects = fileObjects(home.path);
  await Deno.writeTextFile(join(home.path, "README"), "not ours");
  assertEquals(await Array.fromAsync(objects.list("")), []);
  assertEquals(await objects.head("README"), undefined);
});

Deno.test("fileObjects() sweeps what a killed writer left, and nothing that is in use", async () => {
  await using home = await folder();
  const objects = fileObjects(home.path);
  await objects.put("used.txt", text("used"));
  const script = `
    import { fileObjects } from "${new URL("../../../adapters/objects/file.ts", import.meta.url)}";
    const open = () => ReadableStream.from((async function* () {
      yield new Uint8Array(100_000);
      console.log("begun");
      await new Promise((resolve) => setTimeout(resolve, 60_000));
    })());
    await fileObjects("${home.path}").put("half", { size: 200_000, sha256: "", open });`;
  const file = join(home.path, ".script.ts");
  await Deno.writeTextFile(file, script);
  const config = new URL("../../../deno.json", import.meta.url).pathname;
  const writer = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--config", config, file],
    stdout: "piped",
  }).spawn();
  const said = writer.stdout.getReader();
  await said.read();
  writer.kill("SIGKILL");
  await writer.status;
  await said.cancel();
  assertEquals(await objects.head("half"), undefined);
  assertEquals(await objects.sweep(new Date(Date.now() - 3_600_000)), 0);
  assertEquals(await objects.sweep(new Date(Date.now() + 3_600_000)), 1);
  assertEquals(await bytesOf(await objects.get("used.txt")), text("used"));
});
