import { assert, assertEquals } from "@std/assert";
import { usedMemory } from "../../../adapters/process/used_memory.ts";

/** A process that starts another one, which fills 150 MB outside of its heap. */
const CODE = `
const inner = 'const kept = new Uint8Array(150e6).fill(1); console.log("full"); Deno.stdin.readSync(kept)';
await new Deno.Command(Deno.execPath(), { args: ["eval", inner], stdin: "inherit" }).spawn().status;`;

Deno.test("usedMemory() counts ArrayBuffers, also of what the process started", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", CODE],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  const used = usedMemory(child.pid)!;
  await reader.cancel();
  await child.stdin.close();
  await child.status;
  assert(used > 150e6 && used < 400e6, `It is ${used}`);
  assertEquals(usedMemory(child.pid), undefined);
});
