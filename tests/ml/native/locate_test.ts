import { assertEquals, assertThrows } from "@std/assert";
import { MissingLibraryError } from "../../../ml/mod.ts";
import { locate, type Places } from "../../../ml/native/locate.ts";

/** A machine with these files and variables and nothing else. */
function machine(
  o: {
    files?: { readonly [path: string]: string };
    env?: { readonly [name: string]: string };
    os?: Places["os"];
  },
): Places {
  const files = o.files ?? {};
  const paths = Object.keys(files);
  return {
    os: o.os ?? "linux",
    installed: "/app/.native",
    env: (name) => o.env?.[name],
    exists: (path) => paths.some((file) => file === path || file.startsWith(`${path}/`)),
    read: (path) => files[path],
    list: (folder) => [
      ...new Set(
        paths.filter((file) => file.startsWith(`${folder}/`))
          .map((file) => file.slice(folder.length + 1).split("/")[0]!),
      ),
    ],
  };
}

const OURS = {
  "/app/.native/xgboost/lib/libxgboost.so": "",
  "/app/.native/xgboost/VERSION": "3.2.0\n",
  "/app/.native/lightgbm/lib/lib_lightgbm.so": "",
  "/app/.native/lightgbm/VERSION.txt": "4.7.0",
  "/app/.native/omp/libgomp.so.1": "",
};

Deno.test("locate() finds what native:install left, its version and its libgomp", () => {
  assertEquals(locate("xgboost", machine({ files: OURS })), {
    path: "/app/.native/xgboost/lib/libxgboost.so",
    loaderPath: "/app/.native/omp",
    version: "3.2.0",
  });
  assertEquals(locate("lightgbm", machine({ files: OURS })).version, "4.7.0");
});

Deno.test("locate() takes the environment variable before all", () => {
  const files = { ...OURS, "/opt/own.so": "" };
  const env = { AURORA_XGBOOST_LIB: "/opt/own.so" };
  const found = locate("xgboost", machine({ files, env }));
  assertEquals([found.path, found.version], ["/opt/own.so", undefined]);
});

Deno.test("locate() does not look further when the environment variable is wrong", () => {
  const env = { AURORA_LIGHTGBM_LIB: "/opt/gone.so" };
  assertThrows(
    () => locate("lightgbm", machine({ files: OURS, env })),
    MissingLibraryError,
    `looked at AURORA_LIGHTGBM_LIB = "/opt/gone.so"`,
  );
});

Deno.test("locate() looks into the virtual environment of Python, then conda", () => {
  const wheel = "/venv/lib/python3.12/site-packages/lightgbm/lib/lib_lightgbm.so";
  const files = { [wheel]: "", "/conda/lib/lib_lightgbm.so": "" };
  const env = { VIRTUAL_ENV: "/venv", CONDA_PREFIX: "/conda" };
  assertEquals(locate("lightgbm", machine({ files, env })).path, wheel);
  const conda = machine({ files, env: { CONDA_PREFIX: "/conda" } });
  assertEquals(locate("lightgbm", conda).path, "/conda/lib/lib_lightgbm.so");
});

Deno.test("locate() looks into Homebrew on macOS", () => {
  const files = { "/opt/homebrew/opt/xgboost/lib/libxgboost.dylib": "" };
  const found = locate("xgboost", machine({ files, os: "darwin" }));
  assertEquals(found.path, "/opt/homebrew/opt/xgboost/lib/libxgboost.dylib");
});

Deno.test("locate() names the three ways when there is no library", () => {
  const error = assertThrows(() => locate("xgboost", machine({})), MissingLibraryError);
  assertEquals(error.library, "xgboost");
  assertEquals(
    error.message,
    `Cannot find the library of "xgboost": looked at AURORA_XGBOOST_LIB, ` +
      `/app/.native/xgboost/lib/libxgboost.so. ` +
      `Run "deno task native:install" (needs pip or uv), or install them by brew or conda, ` +
      `or set AURORA_XGBOOST_LIB and AURORA_LIGHTGBM_LIB to the files of your own build`,
  );
});
