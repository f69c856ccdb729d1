import { join } from "@std/path";

/** What a running PostgreSQL says of itself in `postmaster.pid`. */
export type Postmaster = {
  readonly pid: number;
  readonly data: string;
  readonly port: number;
  readonly socket: string;
  readonly isReady: boolean;
};

/** Reads the text of `postmaster.pid`; nothing if it is not (yet) complete. */
export function parsePostmaster(text: string): Postmaster | undefined {
  const [pid, data, , port, socket, , , status] = text.split("\n").map((line) => line.trim());
  if (!/^\d+$/.test(pid ?? "") || data === undefined || data === "") return undefined;
  return {
    pid: Number(pid),
    data,
    port: Number(port),
    socket: socket ?? "",
    isReady: status === "ready",
  };
}

/** Who serves the data directory right now: alive, no zombie, and really a PostgreSQL working on `data`. */
export async function runningOn(data: string): Promise<Postmaster | undefined> {
  const text = await Deno.readTextFile(join(data, "postmaster.pid")).catch(() => "");
  const found = parsePostmaster(text);
  return found !== undefined && await serves(found.pid, data) ? found : undefined;
}

/** Is this process alive and a PostgreSQL on that data directory? A process id may have been given again. */
export async function serves(pid: number, data: string): Promise<boolean> {
  if (Deno.build.os !== "linux") return await listed(pid, data);
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`).catch(() => "");
  if (stat === "" || / Z /.test(stat.slice(stat.lastIndexOf(")")))) return false;
  const command = await Deno.readTextFile(`/proc/${pid}/cmdline`).catch(() => "");
  return command.split("\0").includes(data);
}

/** The same where there is no /proc. */
async function listed(pid: number, data: string): Promise<boolean> {
  const { stdout } = await new Deno.Command("ps", {
    args: ["-ww", "-o", "stat=,command=", "-p", String(pid)],
    stderr: "null",
  }).output();
  const line = new TextDecoder().decode(stdout).trim();
  return line !== "" && !line.startsWith("Z") && line.includes(data);
}

/**
 * Clears the way after a crash: a `postmaster.pid` whose number now belongs to a stranger would make
 * PostgreSQL refuse to start for ever; so would that of a zombie. One whose process is gone it clears by itself.
 */
export async function forgetStranger(data: string): Promise<void> {
  if (Deno.build.os !== "linux") return; // without /proc its children cannot be told from strangers
  const file = join(data, "postmaster.pid");
  const found = parsePostmaster(await Deno.readTextFile(file).catch(() => ""));
  if (found === undefined || await serves(found.pid, data)) return;
  if (!await Deno.stat(`/proc/${found.pid}`).then(() => true, () => false)) return;
  // Its children end by themselves, shortly after it; until then they may still write to the data.
  for (let waited = 0; waited < 10_000 && await hasOrphans(data); waited += 50) await pause(50);
  await Deno.remove(file).catch(() => {});
}

/** Does any process still work inside the data directory? */
async function hasOrphans(data: string): Promise<boolean> {
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    if (await Deno.readLink(`/proc/${name}/cwd`).catch(() => "") === data) return true;
  }
  return false;
}

/** Waits. */
export function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
