import { type Bench, figure } from "./bench.ts";
import { folder } from "./place.ts";
import { started } from "./served.ts";

/** Milliseconds after which what the start needed has been given back, as far as it ever is. */
const SETTLE_MS = 15_000;
const SAMPLES = 5;

/** What a program costs that has nothing to do. Linux only: it reads `smaps_rollup`. */
export const bench: Bench = {
  name: "idle_memory",
  what: "proportional memory (PSS) of launcher, server and one worker, without PostgreSQL",
  async measure() {
    await using home = await folder();
    await using server = started(home.path);
    await server.answers("/health");
    await server.answers("/");
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    const samples: Record<Part, number>[] = [];
    for (let i = 0; i < SAMPLES; i++) {
      samples.push(await memory(server.pid));
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
    const of = (part: Part) => samples.map((s) => s[part]);
    const sums = samples.map((s) => s.launcher + s.server + s.worker);
    const unit = "MB";
    return [
      figure({ name: "idle_memory", unit }, sums),
      figure({ name: "idle_memory_launcher", unit }, of("launcher")),
      figure({ name: "idle_memory_server", unit }, of("server")),
      figure({ name: "idle_memory_worker", unit }, of("worker")),
    ];
  },
};

type Part = "launcher" | "server" | "worker";

/** What each process holds, below the launcher. */
async function memory(launcher: number): Promise<Record<Part, number>> {
  const server = await only(launcher, "server.ts");
  const worker = await only(server, "worker.ts");
  return {
    launcher: await pss(launcher),
    server: await pss(server),
    worker: await pss(worker),
  };
}

/** The memory of a process in MB, what is shared counted by share. */
async function pss(pid: number): Promise<number> {
  const text = await Deno.readTextFile(`/proc/${pid}/smaps_rollup`);
  return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? NaN) / 1_000;
}

/** The child of a process that runs a program. @throws {Error} If it is not one. */
async function only(pid: number, program: string): Promise<number> {
  const text = await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`);
  const pids: number[] = [];
  for (const word of text.split(" ").filter((w) => /\d/.test(w))) {
    const command = await Deno.readTextFile(`/proc/${word.trim()}/cmdline`).catch(() => "");
    if (command.includes(program)) pids.push(Number(word));
  }
  const [found] = pids;
  if (found !== undefined && pids.length === 1) return found;
  throw new Error(`Cannot measure: ${pids.length} processes run ${program} below ${pid}, not 1`);
}
