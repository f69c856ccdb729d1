/** Prometheus's own checker of metrics and rules, for tests. @module */
import { join } from "@std/path";
import { goInstall } from "./go.ts";
import { CACHE, hasApt, isFile, provide, run, which } from "./provide.ts";

const FOLDER = join(CACHE, "promtool");
/** For machines without Debian's packages; built by Go. */
const GO_MODULE = "github.com/prometheus/prometheus/cmd/promtool@v0.53.3";

/** Path of promtool, installed if it may be. */
export function promtool(): Promise<string> {
  return provide({
    what: "promtool",
    find: () =>
      Deno.env.get("AURORA_TEST_PROMTOOL") ?? which("promtool") ??
        [join(FOLDER, "usr/bin/promtool"), join(FOLDER, "bin/promtool")].find(isFile),
    install,
  });
}

/** Out of Debian's package, without installing Prometheus itself; else built. */
async function install(): Promise<void> {
  if (!hasApt() || !which("dpkg-deb")) return await goInstall(GO_MODULE, join(FOLDER, "bin"));
  await Deno.mkdir(FOLDER, { recursive: true });
  const unpack =
    "apt-get -qq update && apt-get -qq download prometheus && dpkg-deb --fsys-tarfile prometheus_*.deb | " +
    "tar x ./usr/bin/promtool && rm prometheus_*.deb";
  await run("sh", ["-c", `cd "${FOLDER}" && ${unpack}`]);
}

/** What promtool says of something; nothing if it has no complaint. */
export async function promtoolSays(args: readonly string[], input = ""): Promise<string> {
  const child = new Deno.Command(await promtool(), {
    args: [...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  const text = new TextDecoder();
  const said = (text.decode(stdout) + text.decode(stderr)).trim();
  if (success) return args[0] === "check" && args[1] === "metrics" ? said : "";
  return said === "" ? "promtool failed without a word" : said;
}
