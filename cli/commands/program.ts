/**
 * Commands that are programs of their own.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";
import type { Run } from "../command.ts";

/** Runs `deno run -A` with these words and those of the call; its exit code is ours, and our signals are its. */
export const program = (words: readonly string[]): Run => async ({ called }) => {
  const root = fromFileUrl(new URL("../../", import.meta.url));
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", ...words.map((w) => w.endsWith(".ts") ? root + w : w), ...called.words],
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
  // Ctrl-C reaches the whole group of the terminal; SIGTERM reaches us alone.
  const forward = () => {
    try {
      child.kill("SIGTERM");
    } catch {
      // It has ended already.
    }
  };
  Deno.addSignalListener("SIGTERM", forward);
  const { code } = await child.status;
  Deno.removeSignalListener("SIGTERM", forward);
  return code;
};
