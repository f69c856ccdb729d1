/** Tries connections to hosts that nobody allowed; started with few rights. Tells what was found of each. @module */
import { parseUri } from "../adapters/secrets/uri.ts";
import { privateHosts } from "../reach/mod.ts";
import { tryConnection } from "../try_connection.ts";

for (const uri of Deno.args) {
  const o = { limitMs: 5_000, privateHosts: privateHosts("127.0.0.1") };
  const { found } = await tryConnection(parseUri("c", uri), o);
  // deno-lint-ignore no-console
  console.log(found);
}
Deno.exit(0);
