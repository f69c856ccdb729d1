import { dirname, join } from "@std/path";
import { generate, N } from "../tests/fingerprint/corpus.ts";
import { imports, lock } from "../tests/fingerprint/given.ts";
import { type Bench, figure, repeated } from "./bench.ts";
import { child } from "./child.ts";

/** Seconds of one process, of which the start of Deno is not part. */
async function once(root: string, cacheDir: string): Promise<number> {
  await using process = child("bench/fingerprint_once.ts", [root, cacheDir]);
  const line = await process.said((text) => text.startsWith("{"));
  const { ms, assets } = JSON.parse(line) as { readonly ms: number; readonly assets: number };
  if (assets !== N) throw new Error(`Cannot measure: ${assets} fingerprints instead of ${N}`);
  return ms / 1_000;
}

async function write(root: string): Promise<number> {
  const files = generate();
  const all: Readonly<Record<string, string>> = {
    ...files,
    "deno.json": JSON.stringify({ imports }),
    "deno.lock": JSON.stringify(lock),
  };
  for (const [path, text] of Object.entries(all)) {
    await Deno.mkdir(join(root, dirname(path)), { recursive: true });
    await Deno.writeTextFile(join(root, path), text);
  }
  return Object.keys(files).filter((path) => path.endsWith(".ts")).length;
}

/** What a start pays for the fingerprints of a project of 500 assets in 500 files. */
export const bench: Bench = {
  name: "fingerprint_500_files",
  what: "fingerprints of 500 assets: as at every start, after one edit, and for the first time",
  async measure() {
    const root = await Deno.makeTempDir();
    try {
      const params = { files: await write(root), assets: N };
      let n = 0;
      const first = await repeated(5, () => once(root, `${root}/cache/${n++}`));
      const again = await repeated(7, () => once(root, `${root}/cache/0`));
      const edited = await repeated(5, async () => {
        const path = `${root}/assets/s${300 + n++}.ts`;
        await Deno.writeTextFile(path, `\nexport const x = ${n};\n`, { append: true });
        return await once(root, `${root}/cache/0`);
      });
      return [
        figure({ name: "fingerprint_500_files", unit: "s", params }, again),
        figure({ name: "fingerprint_500_files_one_edit", unit: "s", params }, edited),
        figure({ name: "fingerprint_500_files_first", unit: "s", params }, first),
      ];
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  },
};
