import { type Bench, figure } from "./bench.ts";
import { folder } from "./place.ts";
import { started } from "./served.ts";

/** Milliseconds after which what the start needed has been given back, as far as it ever is. */
const SETTLE_MS = 15_000;
const SAMPLES = 5;

/** What a program costs that has nothing to do. Linux only: it reads `smaps_rollup`. */
export const bench: Bench = {
  name: "idle_memory",
  what: "proportional memory (PSS) of the launcher, the server and one worker, without PostgreSQL",
  async measure() {
    await using home = await folder();
    await using server = started(home.path);
    await server.answers("/health");
    await server.answers("/");
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    const samples: { launcher: number; server: number; worker: number }[] = [];
    for (let i = 0; i < SAMPLES; i++) {
      const program = await onlyChild(server.pid, "server.ts");
      const worker = await onlyChild(program, "worker.ts");
      samples.push({
        launcher: await pss(server.pid),
        server: await pss(program),
        worker: await pss(worker),
      });
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
    const unit = "MB";
    return [
      figure({ name: "idle_memory", unit }, samples.map((s) => s.launcher + s.server + s.worker)),
      figure({ name: "idle_memory_launcher", unit }, samples.map((s) => s.launcher)),
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

/** The child of a process that runs a script. */
async function onlyChild(pid: number, script: string): Promise<number> {
  const text = await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`);
  const pids: number[] = [];
  for (const word of text.split(" ").filter((w) => /\d/.test(w))) {
    const command = await Deno.readTextFile(`/proc/${word.trim()}/cmdline`).catch(() => "");
    if (command.includes(script)) pids.push(Number(word));
  }
  if (pids.length === 1) return pids[0]!;
  throw new Error(`Cannot measure: process ${pid} has ${pids.length} children "${script}", not 1`);
}
