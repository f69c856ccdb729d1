/**
 * Starts a training with the folder of the loader set, for a process that may not say where libraries are looked for:
 * `loader.ts <folder of libraries> <arguments of deno …>`. Runs no code of assets.
 *
 * @module
 */
if (import.meta.main) {
  const [folder, ...args] = Deno.args;
  if (folder === undefined) throw new TypeError("Cannot load: no folder of libraries was given");
  const child = new Deno.Command(Deno.execPath(), {
    args,
    env: { LD_LIBRARY_PATH: folder },
    stdin: "null",
  }).spawn();
  Deno.addSignalListener("SIGTERM", () => child.kill("SIGKILL"));
  const { code, signal } = await child.status;
  // deno-lint-ignore no-console
  if (signal !== null) console.error(`The training was ended by ${signal}`);
  Deno.exit(code);
}
