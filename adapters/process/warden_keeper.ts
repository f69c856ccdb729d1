/**
 * A keeper that lets a warden do what its own process may not.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";
import type { Keeper } from "./keeper.ts";
import { lines } from "./lines.ts";

/** Starts a warden when the first process is held; it ends with this keeper, or with this process. */
export function wardenKeeper(): Keeper {
  let warden: Warden | undefined;
  const it = () => warden ??= new Warden();
  return {
    hold: (pid) => it().say("hold", pid),
    free: (pid) => warden?.free(pid),
    look: async (pid) => await it().look(pid),
    used: (pid) => warden?.used(pid),
    kill: (pid) => it().say("kill", pid),
    [Symbol.asyncDispose]: async () => await warden?.end(),
  };
}

class Warden {
  readonly #process = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--no-prompt", "--cached-only", "--quiet"],
      fromFileUrl(new URL("./warden.ts", import.meta.url)),
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
    // Ctrl-C of a terminal is not for it: it outlives the worker, to clear up after it.
    detached: true,
  }).spawn();
  readonly #writer = this.#process.stdin.getWriter();
  readonly #encoder = new TextEncoder();
  readonly #used = new Map<number, number>();
  readonly #asked = new Map<number, PromiseWithResolvers<number | undefined>>();
  readonly #heard = this.#hear();

  say(word: "hold" | "free" | "kill" | "look", pid: number): void {
    // A warden that has died is told by its status, not by each word that it does not hear.
    this.#writer.write(this.#encoder.encode(`${word} ${pid}\n`)).catch(() => {});
  }

  used(pid: number): number | undefined {
    return this.#used.get(pid);
  }

  async look(pid: number): Promise<number | undefined> {
    const asked = this.#asked.get(pid) ?? Promise.withResolvers<number | undefined>();
    this.#asked.set(pid, asked);
    this.say("look", pid);
    return await Promise.race([asked.promise, this.#heard.then(() => undefined)]);
  }

  free(pid: number): void {
    this.say("free", pid);
    this.#used.delete(pid);
  }

  async end(): Promise<void> {
    await this.#writer.close().catch(() => {});
    await this.#process.status;
    await this.#heard;
  }

  async #hear(): Promise<void> {
    for await (const line of lines(this.#process.stdout)) {
      const [pid, bytes] = line.split(" ").map(Number);
      if (pid === undefined || bytes === undefined) continue;
      const used = Number.isNaN(bytes) ? undefined : bytes;
      if (used === undefined) this.#used.delete(pid);
      else this.#used.set(pid, used);
      this.#asked.get(pid)?.resolve(used);
      this.#asked.delete(pid);
    }
  }
}
