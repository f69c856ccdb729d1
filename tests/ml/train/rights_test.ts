import { assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { rightsOf } from "../../../rights.ts";
import { surroundings } from "../../../surroundings.ts";

const SCRIPT = fromFileUrl(new URL("./narrow.ts", import.meta.url));

Deno.test("train() works with the rights of a step, and leaves no process behind when it is cancelled", async () => {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", ...rightsOf("step", surroundings({})), "--cached-only", SCRIPT],
    env: { LD_LIBRARY_PATH: "", NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder();
  assertEquals([success, text.decode(stderr)], [true, ""]);
  const [xgboost, lightgbm, cancelled] = text.decode(stdout).trim().split("\n");
  assertEquals(xgboost?.split(" ")[0], "xgboost");
  assertEquals(lightgbm?.split(" ")[0], "lightgbm");
  assertEquals(cancelled, "TimeoutError");
  assertEquals(trainers(), []);
});

/** Processes that train here. */
function trainers(): readonly string[] {
  return [...Deno.readDirSync("/proc")].flatMap(({ name }) => {
    try {
      const command = Deno.readTextFileSync(`/proc/${name}/cmdline`);
      const isOurs = command.includes(fromFileUrl(new URL("../../../ml/train/", import.meta.url)));
      return isOurs && !/ [ZX] /.test(Deno.readTextFileSync(`/proc/${name}/stat`)) ? [command] : [];
    } catch {
      return [];
    }
  });
}
