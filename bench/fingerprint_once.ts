// deno-lint-ignore-file no-console
/**
 * Takes the fingerprints of a folder in a process of its own and says how many milliseconds that took.
 *
 * @module
 */
const [root, cacheDir] = Deno.args as [string, string];
const began = performance.now();
const { fingerprints } = await import("../fingerprint/mod.ts");
const entries = [...Deno.readDirSync(`${root}/assets`)].map(({ name }) => `assets/${name}`)
  .filter((path) => path.endsWith(".ts"));
const found = await fingerprints({ root, entries, cacheDir });
const codes = new Set(found.assets.map((name) => found.of(name)!.code));
console.log(JSON.stringify({ ms: performance.now() - began, assets: codes.size }));
