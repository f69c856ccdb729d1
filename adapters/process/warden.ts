/**
 * A process of its own for what a worker with few rights may not do: read what `/proc` says of its steps, and end them
 * with all that they started. It has all rights, and runs no code of assets.
 *
 * It reads lines like `hold 4711`, `free 4711`, `kill 4711` and tells lines like `4711 123456789`, bytes. When its input
 * ends the worker is dead: then it ends all that are held.
 *
 * @module
 */
import { lines } from "./lines.ts";
import { killGroup } from "./keeper.ts";
import { usedMemory } from "./used_memory.ts";

/** Milliseconds between two looks. */
const LOOK_MS = 40;

if (import.meta.main) {
  const held = new Set<number>();
  const encoder = new TextEncoder();
  const tell = (pid: number) =>
    void Deno.stdout.writeSync(encoder.encode(`${pid} ${usedMemory(pid) ?? "gone"}\n`));
  // The worker tells when to end, by ending the input.
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => {});
  const looking = setInterval(() => held.forEach(tell), LOOK_MS);
  for await (const line of lines(Deno.stdin.readable)) {
    const [word, text] = line.split(" ");
    const pid = Number(text);
    if (!Number.isSafeInteger(pid) || pid < 2) continue;
    if (word === "hold") tell(held.add(pid) && pid);
    if (word === "look") tell(pid);
    if (word === "free") held.delete(pid);
    if (word === "kill" && held.has(pid)) killGroup(pid);
  }
  clearInterval(looking);
  held.forEach(killGroup);
  Deno.exit(0);
}
