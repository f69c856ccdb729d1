import { fromFileUrl, join } from "@std/path";

/**
 * The files that pages load: scripts and the style sheet, under a name that changes with their
 * content.
 */
export interface Bundle {
  /** Part of every address, so that browsers may keep the file for ever. */
  readonly hash: string;
  /** A file by name: `app.js`, `app.css`. */
  file(name: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
}

const islands = ["app", "theme", "lineage", "asset", "run", "access"] as const;
const styles = [
  "base",
  "shell",
  "parts",
  "lineage",
  "asset",
  "runs",
  "pages",
  "access",
  "connections",
] as const;
const names = [...islands.map((name) => `${name}.js`), "app.css"];

/**
 * The bundle of this code. Hashing takes a few milliseconds; esbuild runs once, when a file is
 * first asked for and `cacheDir` does not hold it, and never again for the same sources.
 */
export async function createBundle(cacheDir: string): Promise<Bundle> {
  const hash = await hashSources();
  const dir = join(cacheDir, `ui-${hash}`);
  let files: Promise<ReadonlyMap<string, Uint8Array<ArrayBuffer>>> | undefined;
  return {
    hash,
    async file(name) {
      files ??= load(dir).catch(() => build(dir));
      return (await files).get(name);
    },
  };
}

async function load(dir: string): Promise<ReadonlyMap<string, Uint8Array<ArrayBuffer>>> {
  const read = names.map(async (name) => [name, await Deno.readFile(join(dir, name))] as const);
  return new Map(await Promise.all(read));
}

async function build(dir: string): Promise<ReadonlyMap<string, Uint8Array<ArrayBuffer>>> {
  const esbuild = await import("esbuild");
  const charts = new URL("../dist/uPlot.esm.js", import.meta.resolve("uplot"));
  const result = await esbuild.build({
    entryPoints: islands.map((name) => path(`islands/${name}.ts`)),
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    write: false,
    outdir: "out",
    alias: { uplot: fromFileUrl(charts) },
  });
  await esbuild.stop();
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const file of result.outputFiles) {
    files.set(file.path.split(/[/\\]/).at(-1)!, new Uint8Array(file.contents));
  }
  files.set("app.css", new TextEncoder().encode(await sheet()));
  await keep(dir, files);
  return files;
}

async function sheet(): Promise<string> {
  const plots = new URL("../dist/uPlot.min.css", import.meta.resolve("uplot"));
  const parts = [plots, ...styles.map((name) => new URL(`styles/${name}.css`, import.meta.url))];
  return (await Promise.all(parts.map((part) => Deno.readTextFile(part)))).join("\n");
}

/**
 * Writes beside and renames, so that nobody reads half a file; a place that refuses costs only
 * time.
 */
async function keep(dir: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  try {
    await Deno.mkdir(dir, { recursive: true });
    for (const [name, content] of files) {
      const beside = join(dir, `${name}.${crypto.randomUUID()}`);
      await Deno.writeFile(beside, content);
      await Deno.rename(beside, join(dir, name));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotFound)) {
      throw error;
    }
  }
}

async function hashSources(): Promise<string> {
  const sources: string[] = [await Deno.readTextFile(new URL("bundle.ts", import.meta.url))];
  for (const dir of ["islands", "styles"]) {
    const entries = await Array.fromAsync(Deno.readDir(path(dir)));
    const files = entries.filter((entry) => entry.isFile).map((entry) => entry.name).sort();
    for (const name of files) sources.push(name, await Deno.readTextFile(path(`${dir}/${name}`)));
  }
  const bytes = new TextEncoder().encode(sources.join("\0"));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return digest.slice(0, 8).toHex();
}

function path(relative: string): string {
  return fromFileUrl(new URL(relative, import.meta.url));
}
