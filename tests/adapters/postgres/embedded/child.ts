/** A program of its own that starts the embedded PostgreSQL, says so and waits; stops it at SIGTERM. @module */
import { startEmbedded } from "../../../../adapters/postgres/embedded/start.ts";

const server = await startEmbedded({
  directory: Deno.args[0] ?? "",
  runtimes: Deno.args[1] ?? "",
});
Deno.addSignalListener("SIGTERM", async () => {
  await server.stop();
  Deno.exit(0);
});
const { pid, url, adopted } = server;
await Deno.stdout.write(new TextEncoder().encode(JSON.stringify({ pid, url, adopted }) + "\n"));
await new Promise((done) => setTimeout(done, 60_000));
