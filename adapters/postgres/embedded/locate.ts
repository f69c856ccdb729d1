/** Run as a program of its own: imports the package named by the argument, prints its folder. @module */
const { postgres } = await import(Deno.args[0] ?? "") as { readonly postgres: string };
await Deno.stdout.write(new TextEncoder().encode(postgres));
