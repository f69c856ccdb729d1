/** The programs of this project with another `project.ts`. @module */
import { join } from "@std/path";
import { ROOT } from "../e2e/program.ts";

/** Files that a program reads as its own; everything else is linked. */
const COPIED = ["deno.json", "deno.lock"];
const LEFT_OUT = [".git", ".aurora", ".cache", "project.ts", "tests", "docs", "bench"];

/** Makes a folder in which `server.ts` and `worker.ts` run another project, that of chaos unless told. Gives its path. */
export async function checkout(
  folder: string,
  project: string = "tests/chaos/project.ts",
): Promise<string> {
  const root = join(folder, "checkout");
  await Deno.mkdir(root);
  for await (const { name } of Deno.readDir(ROOT)) {
    if (LEFT_OUT.includes(name)) continue;
    if (COPIED.includes(name)) await Deno.copyFile(join(ROOT, name), join(root, name));
    else await Deno.symlink(join(ROOT, name), join(root, name));
  }
  await Deno.copyFile(join(ROOT, project), join(root, "project.ts"));
  return root;
}
