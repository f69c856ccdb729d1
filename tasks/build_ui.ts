// deno-lint-ignore-file no-console
// Bundles what pages load ahead of the first start, for images whose file system is read-only.
import { createBundle } from "../ui/bundle.ts";

const bundle = await createBundle(Deno.args[0] ?? ".cache");
await bundle.file("app.css");
console.log(`Pages bundled as ${bundle.hash}`);
