import { fromFileUrl, join, toFileUrl } from "@std/path";
import { type Bench, figure, repeated } from "./bench.ts";

const ROOT = fromFileUrl(new URL("..", import.meta.url));
const ASSETS = 500;
/** Assets a file. */
const PER_FILE = 10;

/** Assets in layers of 50, each made from three of the layer above; `edit` changes a type that others read. */
function file(n: number, edit: number): string {
  const lines = [`import { asset, partitions } from "engine";`];
  if (n >= 5) {
    lines.push(...[0, 1, 2].map((k) => `import * as up${k} from "./f${n - 5 + (k % 5)}.ts";`));
  }
  lines.push(`const daily = partitions.daily({ start: "2025-01-01" });`);
  for (let i = 0; i < PER_FILE; i++) {
    const name = `a${n * PER_FILE + i}`;
    const at = (k: number) => (n - 5 + k) * PER_FILE + i;
    const deps = n < 5 ? "" : `deps: { x: up0.a${at(0)}, y: up1.a${at(1)}, z: up2.a${at(2)} }, `;
    const value = n < 5
      ? `() => ({ rows: ${i}, edit${edit}: "x" })`
      : `({ x, y, z }) => ({ rows: x.rows + y.rows + z.rows })`;
    lines.push(
      `export const ${name} = asset({ name: "g/${name}", partitions: daily, ${deps}materialize: ${value} });`,
    );
  }
  return lines.join("\n");
}

/** The settings of the project, with its own files named by their place. */
async function settings(folder: string): Promise<void> {
  const { compilerOptions, imports } = JSON.parse(
    await Deno.readTextFile(join(ROOT, "deno.json")),
  ) as { compilerOptions: unknown; imports: { [name: string]: string } };
  const placed = Object.entries(imports).map((
    [name, to],
  ) => [name, to.startsWith("./") ? toFileUrl(join(ROOT, to)).href : to]);
  const text = JSON.stringify({ compilerOptions, imports: Object.fromEntries(placed) });
  await Deno.writeTextFile(join(folder, "deno.json"), text);
  await Deno.copyFile(join(ROOT, "deno.lock"), join(folder, "deno.lock"));
}

async function write(folder: string, edit: number): Promise<void> {
  const files = ASSETS / PER_FILE;
  for (let n = 0; n < files; n++) await Deno.writeTextFile(join(folder, `f${n}.ts`), file(n, edit));
  const all = Array.from({ length: files }, (_, n) => `export * from "./f${n}.ts";`);
  await Deno.writeTextFile(join(folder, "all.ts"), all.join("\n"));
}

/** Seconds of CPU, of user and system together, that a check takes. */
async function check(folder: string): Promise<number> {
  const deno = `"${Deno.execPath()}" check --quiet all.ts`;
  const { success, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", `${deno} && times`],
    cwd: folder,
  }).output();
  if (!success) throw new Error(`Cannot check:\n${new TextDecoder().decode(stderr)}`);
  const children = new TextDecoder().decode(stdout).trim().split("\n").at(-1)!;
  return children.split(/\s+/).map((t) => {
    const [, minutes, seconds] = /(\d+)m([\d.]+)s/.exec(t)!;
    return 60 * Number(minutes) + Number(seconds);
  }).reduce((a, b) => a + b, 0);
}

/** What an engineer waits for after an edit, with 500 assets. */
export const bench: Bench = {
  name: "typecheck_500",
  what: "CPU of deno check of 500 assets after an edit of what they are made from",
  async measure() {
    const folder = await Deno.makeTempDir();
    try {
      let edit = 0;
      await settings(folder);
      await write(folder, edit);
      await check(folder);
      const again = await repeated(3, async () => {
        await write(folder, ++edit);
        return await check(folder);
      });
      return [figure({ name: "typecheck_500", unit: "s", params: { assets: ASSETS } }, again)];
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
};
