/**
 * A thread that ends its process when the standard input ends, since then the worker is dead. A thread of its own: the
 * main one may be in a loop that never ends.
 *
 * @module
 */
const buffer = new Uint8Array(64);
while (await Deno.stdin.read(buffer) !== null);
for (const pid of [-Deno.pid, Deno.pid]) {
  try {
    // The group first: what the step started goes with it.
    Deno.kill(pid, "SIGKILL");
  } catch {
    // It leads no group: it was not started by a worker.
  }
}
