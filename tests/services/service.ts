/** Starts a real server for a test: free port, own folder, ready probe, log. @module */
import { join } from "@std/path";

/** What to start. */
export interface ServiceSpec {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly port: number;
  readonly dir: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Asks in the server's own protocol whether it serves; a TCP accept alone comes too early. */
  readonly ready: () => Promise<boolean>;
  readonly timeoutMs?: number;
}

/** A server of a test. It also ends when the test process dies, however it dies. */
export interface Service extends AsyncDisposable {
  readonly name: string;
  readonly port: number;
  readonly dir: string;
  /** What it printed so far. */
  log(): string;
  /** Starts it again, on the same port and data, after {@linkcode Service.kill}. */
  start(): Promise<void>;
  /** Ends it by SIGKILL and waits for that; folder and data stay. */
  kill(): Promise<void>;
  /** Sends a signal, for example SIGSTOP. */
  signal(signal: Deno.Signal): void;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

// The shell's stdin is a pipe from the test process: when that ends, so does the server.
const UNTIL_PARENT_ENDS = `
exec 3<&0 </dev/null
log=$1 pidfile=$2; shift 2
"$@" 3<&- >>"$log" 2>&1 &
server=$!
echo $server >"$pidfile"
(cat <&3 >/dev/null 2>&1; kill -9 $server 2>/dev/null) >/dev/null 2>&1 &
exec 3<&-
wait $server`;

/** Starts a server and waits until it serves. */
export async function startService(spec: ServiceSpec): Promise<Service> {
  const service = new RunningService(spec);
  await service.start();
  return service;
}

class RunningService implements Service {
  readonly #spec: ServiceSpec;
  #child: Deno.ChildProcess | undefined;

  constructor(spec: ServiceSpec) {
    this.#spec = spec;
  }

  get name(): string {
    return this.#spec.name;
  }

  get port(): number {
    return this.#spec.port;
  }

  get dir(): string {
    return this.#spec.dir;
  }

  log(): string {
    return readOr(join(this.dir, "service.log"), "");
  }

  async start(): Promise<void> {
    const { command, dir, env, timeoutMs = 60_000 } = this.#spec;
    const pidFile = join(dir, "service.pid");
    await Deno.remove(pidFile).catch(() => {});
    const child = new Deno.Command("sh", {
      args: ["-c", UNTIL_PARENT_ENDS, this.name, join(dir, "service.log"), pidFile, ...command],
      cwd: dir,
      ...(env ? { env } : {}),
      stdin: "piped",
      stdout: "null",
      stderr: "null",
    }).spawn();
    this.#child = child;
    let exit: number | undefined;
    child.status.then(({ code }) => exit = code);
    const end = performance.now() + timeoutMs;
    while (!(await this.#spec.ready())) {
      if (exit !== undefined) {
        throw new Error(`Cannot start ${this.name}: exited with ${exit}\n${this.#tail()}`);
      }
      if (performance.now() > end) {
        await this.kill();
        throw new Error(`Cannot start ${this.name}: silent for ${timeoutMs} ms\n${this.#tail()}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  #tail(): string {
    return this.log().slice(-2000);
  }

  signal(signal: Deno.Signal): void {
    const pid = Number(readOr(join(this.dir, "service.pid"), ""));
    if (!pid) return;
    try {
      Deno.kill(pid, signal);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  async #end(signal: Deno.Signal): Promise<void> {
    const child = this.#child;
    if (!child) return;
    this.#child = undefined;
    this.signal("SIGCONT");
    this.signal(signal);
    const force = setTimeout(() => this.signal("SIGKILL"), 10_000);
    await child.status;
    clearTimeout(force);
    await child.stdin.close().catch(() => {});
  }

  kill(): Promise<void> {
    return this.#end("SIGKILL");
  }

  async stop(): Promise<void> {
    await this.#end("SIGTERM");
    await Deno.remove(this.dir, { recursive: true }).catch(() => {});
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

function readOr(path: string, otherwise: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return otherwise;
  }
}

/** A port that nobody listens on, below those that outgoing connections take. */
export function freePort(): number {
  for (let tries = 0; tries < 300; tries++) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  throw new Error("Cannot find a free port in 20000-31999");
}

/** A new empty folder for a server. */
export function serviceDir(name: string): string {
  return Deno.makeTempDirSync({ prefix: `aurora-${name}-` });
}

/** Connects and lets `probe` ask; `false` if nobody answers within a second. */
export async function answers(
  port: number,
  probe: (connection: Deno.TcpConn) => Promise<boolean>,
): Promise<boolean> {
  let connection: Deno.TcpConn;
  try {
    connection = await Deno.connect({ hostname: "127.0.0.1", port });
  } catch {
    return false;
  }
  const timer = setTimeout(() => close(connection), 1000);
  try {
    return await probe(connection);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
    close(connection);
  }
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch { /* closed by the other side */ }
}
