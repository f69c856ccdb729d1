import { assert, assertEquals } from "@std/assert";
import { fromFileUrl, join } from "@std/path";

const TASK = fromFileUrl(new URL("../../tasks/native_install.ts", import.meta.url));

/** Runs the task; without `path` there is no program that it could call. */
async function install(target: string, path?: string) {
  const started = performance.now();
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--cached-only", TASK, "--target", target],
    env: path === undefined ? {} : { PATH: path },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr), ms: performance.now() - started };
}

async function emptyFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await Deno.makeTempDir();
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

Deno.test("native:install leaves only the libraries, and does nothing a second time", async () => {
  await using folder = await emptyFolder();
  const first = await install(folder.path);
  assertEquals(first.code, 0, first.err);
  const names = (path: string) => [...Deno.readDirSync(path)].map(({ name }) => name).sort();
  const expected = ["installed.txt", "lightgbm", "xgboost"];
  const linux = ["installed.txt", "lightgbm", "omp", "xgboost", "xgboost_cpu.libs"];
  assertEquals(names(folder.path), Deno.build.os === "linux" ? linux : expected);
  assertEquals(names(join(folder.path, "xgboost")), ["VERSION", "lib"]);
  const second = await install(folder.path, "");
  assertEquals([second.code, second.err], [0, ""]);
  assert(second.out.includes("are installed"), second.out);
  assert(second.ms < 1000, `${second.ms} ms`);
});

Deno.test("native:install says that the installer failed, and leaves nothing", async () => {
  await using folder = await emptyFolder();
  const programs = join(folder.path, "programs");
  await Deno.mkdir(programs);
  const refuses = `#!/bin/sh\n[ "$1" = --version ] || { echo "no network" >&2; exit 2; }\n`;
  await Deno.writeTextFile(join(programs, "pip"), refuses, { mode: 0o755 });
  const target = join(folder.path, "native");
  const { code, err } = await install(target, programs);
  assertEquals(code, 1);
  assert(err.startsWith(`no network\nCannot install native libraries: "pip" failed. Run `), err);
  assertEquals([...Deno.readDirSync(target)], []);
});

Deno.test("native:install names the three ways when there is neither pip nor uv", async () => {
  await using folder = await emptyFolder();
  const { code, out, err } = await install(folder.path, "");
  assertEquals([code, out], [1, ""]);
  assertEquals(
    err,
    `Cannot install native libraries: there is neither pip nor uv. ` +
      `Run "deno task native:install" (needs pip or uv), or install them by brew or conda, ` +
      `or set AURORA_XGBOOST_LIB and AURORA_LIGHTGBM_LIB to the files of your own build\n`,
  );
  assertEquals([...Deno.readDirSync(folder.path)], []);
});
