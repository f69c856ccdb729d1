/**
 * Keeps worker processes alive beside the server.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";
import { eventIn, type Print } from "./log.ts";

/** How workers are kept. */
export interface SupervisorOptions {
  /** How many. */
  readonly workers: number;
  /** Their environment, besides that of this process. */
  readonly env: { readonly [name: string]: string };
  /** Is told of every end of a worker that had joined, so that its steps move at once. */
  onDeath(worker: string, cause: string): Promise<void>;
  /** The flags of Deno that say what they may do. @default {everything} */
  readonly rights?: (env: { readonly [name: string]: string }) => readonly string[];
  /** One line for the log of the server. */
  readonly print: Print;
}

/** Running workers. */
export interface Supervisor {
  /** Process ids, for people and tests. */
  pids(): readonly number[];
  /** Asks all to end, waits, ends those that do not. */
  stop(): Promise<void>;
}

/** Milliseconds before a worker that died at once is started again; doubled each time. */
const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 10_000;
/** A worker that lived so long did not die at once. */
const HEALTHY_MS = 10_000;
/** Milliseconds that workers have to finish their steps. */
const GRACE_MS = 25_000;

/** Starts workers and starts them again when they end. */
export function supervise(o: SupervisorOptions): Supervisor {
  const slots = Array.from({ length: o.workers }, (_, i) => new Slot(o, i + 1));
  return {
    pids: () => slots.map((s) => s.pid).filter((pid) => pid !== undefined),
    stop: async () => void await Promise.all(slots.map((s) => s.stop())),
  };
}

class Slot {
  readonly #o: SupervisorOptions;
  readonly #name: string;
  readonly #ended: Promise<void>;
  #child: Deno.ChildProcess | undefined;
  #stopping = false;

  constructor(o: SupervisorOptions, index: number) {
    this.#o = o;
    this.#name = `worker ${index}`;
    this.#ended = this.#keep();
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async #keep(): Promise<void> {
    let wait = FIRST_WAIT_MS;
    while (!this.#stopping) {
      const began = Date.now();
      await this.#once();
      if (this.#stopping) return;
      wait = Date.now() - began > HEALTHY_MS ? FIRST_WAIT_MS : Math.min(2 * wait, LONGEST_WAIT_MS);
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }

  async #once(): Promise<void> {
    const script = fromFileUrl(new URL("./worker.ts", import.meta.url));
    await using own = await ownSockets(this.#o);
    const env = { ...this.#o.env, ...own.env };
    const rights = this.#o.rights?.(env) ?? ["-A", "--no-prompt"];
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", ...rights, "--cached-only", script, "--supervised"],
      env,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#child = child;
    let worker: string | undefined;
    const out = lines(child.stdout, (line) => {
      const joined = /^\{"joined":"(\d+)"\}$/.exec(line)?.[1];
      if (joined === undefined) this.#pass(line);
      else worker = joined;
    });
    const err = lines(child.stderr, (line) => this.#pass(line));
    const status = await child.status;
    await Promise.all([out, err]);
    this.#child = undefined;
    if (this.#stopping && status.success) return;
    const cause = causeOf(status);
    this.#o.print(`${this.#name} (pid ${child.pid}) ended: ${cause}`, {
      level: status.success ? "info" : "error",
      fields: { worker: worker ?? null, pid: child.pid, cause },
    });
    if (worker !== undefined) await this.#o.onDeath(worker, cause).catch(() => {});
  }

  /** Gives a line of the worker to the log: an event stays one, other lines are its message. */
  #pass(line: string): void {
    const event = eventIn(line);
    if (event) {
      this.#o.print(event.message, { ...event, fields: { ...event.fields, slot: this.#name } });
    } else this.#o.print(`${this.#name}: ${line}`, { fields: { process: "worker" } });
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const child = this.#child;
    if (!child) return;
    const kill = (signal: Deno.Signal) => {
      try {
        child.kill(signal);
      } catch {
        // It has ended meanwhile.
      }
    };
    kill("SIGTERM");
    const timer = setTimeout(() => kill("SIGKILL"), GRACE_MS);
    await this.#ended;
    clearTimeout(timer);
  }
}

/** A folder for the sockets by which a worker with few rights speaks with its steps; it goes with the worker. */
async function ownSockets(
  { rights }: SupervisorOptions,
): Promise<AsyncDisposable & { readonly env: { readonly [name: string]: string } }> {
  if (rights === undefined) return { env: {}, [Symbol.asyncDispose]: async () => {} };
  const folder = await Deno.makeTempDir({ prefix: "aurora_" });
  return {
    env: { AURORA_STEP_SOCKETS: folder },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

function causeOf(status: Deno.CommandStatus): string {
  if (status.signal === "SIGKILL") {
    return "killed by SIGKILL (by a person, or by the system for lack of memory)";
  }
  if (status.signal) return `killed by ${status.signal}`;
  if (status.code === 133) return "out of memory (exit code 133)";
  return `exit code ${status.code}`;
}

async function lines(
  stream: ReadableStream<Uint8Array>,
  take: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (
    const text of stream.pipeThrough(new TextDecoderStream() as never) as ReadableStream<string>
  ) {
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    parts.filter(Boolean).forEach(take);
  }
  if (rest) take(rest);
}
