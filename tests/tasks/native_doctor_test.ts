import { assert, assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl } from "@std/path";

const TASK = fromFileUrl(new URL("../../tasks/native_doctor.ts", import.meta.url));

async function doctor(env: { readonly [name: string]: string } = {}) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--cached-only", TASK],
    env,
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout).split("\n").sort(), err: text(stderr) };
}

Deno.test("native:doctor trains with both libraries", async () => {
  const { code, out, err } = await doctor();
  assertEquals([code, err], [0, ""]);
  assertMatch(out[1]!, /^lightgbm 4\.7\.0 at .*lib_lightgbm\.\w+ trains; ONNX differs by \d/);
  assertMatch(out[2]!, /^xgboost 3\.2\.0 at .*libxgboost\.\w+ trains; ONNX differs by \d/);
});

Deno.test("native:doctor names what is missing and the ways to get it", async () => {
  const { code, out, err } = await doctor({ AURORA_XGBOOST_LIB: "/nowhere/libxgboost.so" });
  assertEquals(code, 1);
  assert(out.some((line) => line.startsWith("lightgbm 4.7.0")), out.join("\n"));
  assert(err.startsWith(`Cannot find the library of "xgboost"`), err);
  assert(err.includes("deno task native:install"), err);
});
