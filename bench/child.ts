/**
 * Processes that are measured.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";
import { ending } from "./open.ts";

/** The root of the repository. */
export const ROOT: string = fromFileUrl(new URL("..", import.meta.url));

/** A running process. */
export interface Child extends AsyncDisposable {
  /** Its process id. */
  readonly pid: number;
  /**
   * Resolves with the first line of its output that `wanted` accepts.
   *
   * @throws {Error} If it ends before.
   */
  said(wanted: (line: string) => boolean): Promise<string>;
  /** Asks it to end, insists after ten seconds. */
  end(): Promise<void>;
}

/** Milliseconds that a process has to end when asked. */
const GRACE_MS = 10_000;

/** Starts `deno run -A` on a script of the repository. */
export function child(
  script: string,
  args: readonly string[],
  env: { readonly [name: string]: string } = {},
): Child {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-prompt", "--cached-only", script, ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const output = new Output();
  const reading = [output.take(process.stdout), output.take(process.stderr)];
  const ended = process.status.then(async (status) => {
    await Promise.all(reading);
    output.close(`Cannot measure: "${script}" ended with code ${status.code}`);
  });
  const end = ending(async () => {
    const kill = (signal: Deno.Signal) => {
      try {
        process.kill(signal);
      } catch {
        // It has ended meanwhile.
      }
    };
    kill("SIGTERM");
    const timer = setTimeout(() => kill("SIGKILL"), GRACE_MS);
    await ended;
    clearTimeout(timer);
  });
  return { pid: process.pid, said: (w) => output.said(w), end, [Symbol.asyncDispose]: end };
}

/** Lines of a process as they come, and who waits for them. */
class Output {
  readonly #lines: string[] = [];
  readonly #waiting = new Set<() => void>();
  #over: string | undefined;

  async take(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let rest = "";
    for await (const bytes of stream) {
      const parts = (rest + decoder.decode(bytes, { stream: true })).split("\n");
      rest = parts.pop() ?? "";
      this.#lines.push(...parts);
      for (const wake of this.#waiting) wake();
    }
  }

  close(why: string): void {
    this.#over = why;
    for (const wake of this.#waiting) wake();
  }

  async said(wanted: (line: string) => boolean): Promise<string> {
    for (;;) {
      const found = this.#lines.find(wanted);
      if (found !== undefined) return found;
      if (this.#over !== undefined) {
        throw new Error(`${this.#over}:\n${this.#lines.slice(-20).join("\n")}`);
      }
      const told = Promise.withResolvers<void>();
      this.#waiting.add(told.resolve);
      await told.promise;
      this.#waiting.delete(told.resolve);
    }
  }
}
