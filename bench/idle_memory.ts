import { type Bench, figure } from "./bench.ts";
import { folder } from "./place.ts";
import { started } from "./served.ts";

/** Milliseconds after which what the start needed has been given back, as far as it ever is. */
const SETTLE_MS = 15_000;
const SAMPLES = 5;

/** What a program costs that has nothing to do. Linux only: it reads `smaps_rollup`. */
export const bench: Bench = {
  name: "idle_memory",
  what: "proportional memory (PSS) of the server and one worker, without PostgreSQL",
  async measure() {
    await using home = await folder();
    await using server = started(home.path);
    await server.answers("/health");
    await server.answers("/");
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    const samples: { server: number; worker: number }[] = [];
    for (let i = 0; i < SAMPLES; i++) {
      const workers = await denoChildren(server.pid);
      if (workers.length !== 1) {
        throw new Error(`Cannot measure: the server has ${workers.length} workers, not 1`);
      }
      samples.push({ server: await pss(server.pid), worker: await pss(workers[0]!) });
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
    const unit = "MB";
    return [
      figure({ name: "idle_memory", unit }, samples.map((s) => s.server + s.worker)),
      figure({ name: "idle_memory_server", unit }, samples.map((s) => s.server)),
      figure({ name: "idle_memory_worker", unit }, samples.map((s) => s.worker)),
    ];
  },
};

/** The memory of a process in MB, what is shared counted by share. */
async function pss(pid: number): Promise<number> {
  const text = await Deno.readTextFile(`/proc/${pid}/smaps_rollup`);
  return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? NaN) / 1_000;
}

/** Children that are not PostgreSQL. */
async function denoChildren(pid: number): Promise<readonly number[]> {
  const text = await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`);
  const pids: number[] = [];
  for (const word of text.split(" ").filter((w) => /\d/.test(w))) {
    const command = await Deno.readTextFile(`/proc/${word.trim()}/cmdline`).catch(() => "");
    if (command.includes("worker.ts")) pids.push(Number(word));
  }
  return pids;
}
