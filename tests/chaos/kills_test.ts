import { assert } from "@std/assert";
import { kills } from "./kills.ts";

Deno.test("200 kills of workers, servers and relays lose nothing and double nothing", async () => {
  const seen = await kills({ seed: 1, kills: 200, endMs: 240_000 });
  const text = JSON.stringify(seen);
  assert(seen.kills >= 200, text);
  // Kills that meet nothing prove nothing.
  assert(seen.lost > 20 && seen.steps > 200 && seen.events > 100, text);
});
