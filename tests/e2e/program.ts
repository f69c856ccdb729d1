/** The real commands in processes of their own, for tests from end to end. @module */
import { fromFileUrl } from "@std/path";

/** Folder of the checkout. */
export const ROOT: string = fromFileUrl(new URL("../../", import.meta.url));

/** What a command may be told besides its words. */
export interface ProgramOptions {
  /** Variables besides those of the test; an empty one counts as not set. */
  readonly env?: Readonly<Record<string, string>>;
  /** Folder of the checkout that it runs in; this one unless told. */
  readonly root?: string;
  /** A command that runs it, such as `ip netns exec NAME`. */
  readonly via?: readonly string[];
}

/** How a command ended. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Nothing of the machine of the test decides what a program does. */
const CLEAN = {
  NO_COLOR: "1",
  DENO_NO_UPDATE_CHECK: "1",
  DATABASE_URL: "",
  REDIS_URL: "",
  KAFKA_BROKERS: "",
  SMTP_URL: "",
  WEBHOOK_URL: "",
};

function commandOf(words: readonly string[], o: ProgramOptions): Deno.Command {
  const [program, ...before] = [...o.via ?? [], Deno.execPath()];
  return new Deno.Command(program!, {
    args: [...before, "run", "-A", "--no-check", ...words],
    cwd: o.root ?? ROOT,
    env: { ...CLEAN, ...o.env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

/** Runs a program to its end, such as `["cli.ts", "list"]`. */
export async function run(words: readonly string[], o: ProgramOptions = {}): Promise<Ended> {
  await using program = start(words, o);
  const { code } = await program.ended;
  return { code, out: program.out(), err: program.err() };
}

/** A program that goes on. It ends with the test, and so does every process that it started. */
export interface Program extends AsyncDisposable {
  readonly pid: number;
  /** Resolves when it has ended and everything that it printed has been read. */
  readonly ended: Promise<Deno.CommandStatus>;
  /** What it has printed on its standard output. */
  out(): string;
  /** What it has printed on its standard error. */
  err(): string;
  /** Waits until it has printed this; gives the match. */
  said(pattern: RegExp, timeoutMs?: number): Promise<RegExpExecArray>;
  /** Process ids of its children and their children, without PostgreSQL. */
  descendants(): readonly number[];
  signal(signal: Deno.Signal): void;
}

/** Starts a program that goes on, such as `["server.ts"]`. */
export function start(words: readonly string[], o: ProgramOptions = {}): Program {
  const child = commandOf(words, o).spawn();
  const said = { out: "", err: "" };
  const reading = Promise.all([
    read(child.stdout, (text) => said.out += text),
    read(child.stderr, (text) => said.err += text),
  ]);
  let isOver = false;
  const ended = child.status.then((status) => (isOver = true, status));
  const program: Program = {
    pid: child.pid,
    ended: ended.then(async (status) => (await reading, status)),
    out: () => said.out,
    err: () => said.err,
    async said(pattern, timeoutMs = 60_000) {
      const look = () => pattern.exec(said.out + said.err) ?? undefined;
      const what = () => `"${words.join(" ")}" to say ${pattern}, it said:\n${said.out}${said.err}`;
      return await until(() => look() ?? (isOver ? Promise.reject(new Error(what())) : undefined), {
        what,
        timeoutMs,
      });
    },
    descendants: () => descendantsOf(child.pid),
    signal: (signal) => kill(child.pid, signal),
    async [Symbol.asyncDispose]() {
      const all = [child.pid, ...descendantsOf(child.pid)];
      if (!isOver) all.forEach((pid) => kill(pid, "SIGKILL"));
      await program.ended;
    },
  };
  return program;
}

async function read(from: ReadableStream<Uint8Array>, take: (text: string) => void) {
  const decoder = new TextDecoder();
  for await (const bytes of from) take(decoder.decode(bytes, { stream: true }));
}

/** Sends a signal; a process that has ended meanwhile is no error. */
export function kill(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Whether a process is there and has not ended. */
export function isAlive(pid: number): boolean {
  const { state } = statOf(pid) ?? {};
  return state !== undefined && state !== "Z";
}

function statOf(pid: number): { readonly state: string; readonly parent: number } | undefined {
  try {
    const text = Deno.readTextFileSync(`/proc/${pid}/stat`);
    const [state, parent] = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { state: state!, parent: Number(parent) };
  } catch {
    return undefined;
  }
}

/** Whether it is a process of PostgreSQL, which is to outlive whoever started it. */
function isPostgres(pid: number): boolean {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/comm`).trim() === "postgres";
  } catch {
    return false;
  }
}

/** Children and their children, without PostgreSQL. */
function descendantsOf(pid: number): readonly number[] {
  const pids = [...Deno.readDirSync("/proc")].map((e) => Number(e.name)).filter((n) => n > 0);
  const parents = new Map(pids.map((id) => [id, statOf(id)?.parent]));
  const below = (id: number): number[] =>
    pids.filter((child) => parents.get(child) === id && !isPostgres(child)).flatMap((
      child,
    ) => [child, ...below(child)]);
  return below(pid);
}

/** Asks again and again until there is an answer other than `undefined` and `false`. */
export async function until<T>(
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  o: { readonly what: string | (() => string); readonly timeoutMs?: number },
): Promise<T> {
  const end = performance.now() + (o.timeoutMs ?? 30_000);
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > end) {
      const what = typeof o.what === "string" ? o.what : o.what();
      throw new Error(`Waited in vain for ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A server that answers at `url`. */
export interface Serving extends Program {
  readonly url: string;
  /** Answer of the API as JSON; with a body it is a POST. */
  ask<T>(path: string, body?: unknown): Promise<T>;
}

/** Starts `server.ts` on a free port and waits until it answers. */
export async function serve(
  o: ProgramOptions & {
    readonly words?: readonly string[];
    /** With the rights that it needs, as `deno task start` does it, and not with all. */
    readonly isNarrow?: boolean;
  },
): Promise<Serving> {
  const before = o.isNarrow === true ? ["start.ts"] : [];
  const program = start([...before, "server.ts", "--port", "0", ...(o.words ?? [])], o);
  try {
    const [, url] = await program.said(/answers at (http:\S+)/);
    return Object.assign(program, {
      url: url!,
      async ask<T>(path: string, body?: unknown): Promise<T> {
        const response = await fetch(url + path, {
          ...(body === undefined ? {} : {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify(body),
          }),
        });
        if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
        return await response.json() as T;
      },
    });
  } catch (error) {
    await program[Symbol.asyncDispose]();
    throw error;
  }
}
