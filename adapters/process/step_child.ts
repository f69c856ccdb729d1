/**
 * One process for isolated steps, as its worker sees it.
 *
 * @module
 */
import {
  type Claimed,
  fingerprint,
  type FromStep,
  type IsolatedStep,
  type Ledger,
  type Outcome,
  sliceText,
  StepProcessError,
  tokenOf,
  type ToStep,
  tracing,
} from "engine";
import { answer } from "./answer.ts";
import { type Cause, causeOf } from "./cause.ts";
import { hold } from "./hold.ts";
import { type LineLink, lineLink } from "./line_link.ts";
import { listenOnce } from "./listen_once.ts";
import { StepOutput } from "./step_output.ts";
import type { Keeper } from "./keeper.ts";

/** How processes are started. */
export interface ChildOptions {
  /** The module that serves steps: see `serveProcess()`. */
  readonly script: string;
  /** Its environment, besides that of this process. */
  readonly env: { readonly [name: string]: string };
  /** The flags of Deno that say what it may do, for the socket that it speaks by. */
  rights(socket: string): readonly string[];
  /** Sockets that it may be waited for at; any if there are none. */
  readonly sockets: readonly string[];
  /** Looks at its memory, and ends it. */
  readonly keeper: Keeper;
  /** Where its questions are answered. */
  readonly ledger: Pick<Ledger, "visible" | "versions" | "keySets">;
  /** Milliseconds that a step that does not declare them has to end when it was told. */
  readonly graceMs: number;
  /** Milliseconds between two looks at the memory of a step that declares a limit. */
  readonly lookMs: number;
  /** Is told what is printed while no step runs. */
  onLine(line: string): void;
}

/** Milliseconds that a process may take to load the project. */
const START_MS = 60_000;
/** Part of what a step may use that it may leave in use; above it the next step gets a fresh process. */
const MOST_LEFT = 0.5;
/** The same in bytes for a step that may use any. */
const MOST_LEFT_BYTES = 512_000_000;

/** A process that runs one step at a time. */
export class StepChild {
  /** Process id; also that of its group. */
  readonly pid: number;
  /** Resolves when it has ended. */
  readonly ended: Promise<void>;
  readonly #o: ChildOptions;
  readonly #memory: number | undefined;
  readonly #process: Deno.ChildProcess;
  readonly #out: StepOutput;
  readonly #err: StepOutput;
  #link: LineLink<FromStep, ToStep> | undefined;
  #outcome: PromiseWithResolvers<Outcome> | undefined;
  #killed: Cause | undefined;
  #died: Cause | undefined;
  #isSpent = false;
  /** Bytes that it used before its first step. */
  #bare = 0;

  private constructor(o: ChildOptions, memory: number | undefined, socket: string) {
    const heap = memory === undefined
      ? []
      : [`--v8-flags=--max-old-space-size=${mebibytes(memory)}`];
    this.#o = o;
    this.#memory = memory;
    this.#process = new Deno.Command(Deno.execPath(), {
      args: ["run", ...o.rights(socket), "--cached-only", ...heap, o.script, socket],
      env: { NO_COLOR: "1", ...o.env },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      // A group of its own: Ctrl-C is for the worker, and what a step started is killed with it.
      detached: true,
    }).spawn();
    this.pid = this.#process.pid;
    o.keeper.hold(this.pid);
    const onLine = (line: string) => o.onLine(line);
    this.#out = new StepOutput(this.#process.stdout, { level: "info", onLine });
    this.#err = new StepOutput(this.#process.stderr, { level: "warn", onLine });
    this.ended = this.#end();
  }

  /**
   * Starts a process whose steps may use `memory` bytes.
   *
   * @throws {StepProcessError} If it ends before it is ready.
   */
  static async start(o: ChildOptions, memory: number | undefined): Promise<StepChild> {
    using listening = await listenOnce(o.sockets);
    const child = new StepChild(o, memory, listening.path);
    const timer = setTimeout(
      () => child.kill({ end: "start", words: "its process was not ready within 60 s" }),
      START_MS,
    );
    try {
      const conn = await Promise.race([listening.accepted, child.ended]);
      if (conn) await child.#ready(conn);
      if (child.#died) throw new StepProcessError(child.#died.words, "start");
      return child;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Whether it cannot run another step. */
  get isSpent(): boolean {
    return this.#isSpent || this.#died !== undefined || this.#killed !== undefined;
  }

  /**
   * Runs one step.
   *
   * @throws {StepProcessError} If the process ended before the step did.
   */
  async run(claimed: Claimed, { asset, log, signal }: IsolatedStep): Promise<Outcome> {
    const token = tokenOf(claimed);
    const outcome = this.#outcome = Promise.withResolvers<Outcome>();
    for (const output of [this.#out, this.#err]) output.begin(log, token);
    const what = sliceText(claimed.asset, claimed.partition);
    const parent = tracing()?.active();
    const traced = parent === undefined ? {} : { parent };
    this.#link?.send({ say: "step", claimed, code: fingerprint(asset).code, ...traced });
    using held = hold({
      what,
      timeout: asset.timeout,
      memory: asset.memory,
      signal,
      graceMs: asset.grace ?? this.#o.graceMs,
      lookMs: this.#o.lookMs,
      used: () => this.#o.keeper.used(this.pid),
      tell: (abort) => this.#link?.send({ say: "abort", token, abort }),
      kill: (cause) => this.kill(cause),
    });
    const done = await Promise.race([outcome.promise, this.ended]);
    held[Symbol.dispose]();
    await Promise.all([this.#out.end(), this.#err.end()]);
    // Code that was told to end may have left something behind that goes on.
    this.#isSpent = held.told !== undefined || this.#isBloated;
    if (!done) throw this.#error(what);
    if (held.told?.by === "timeout" && done.state === "success") {
      throw new StepProcessError(held.told.reason, "timeout");
    }
    return done;
  }

  #error(what: string): StepProcessError {
    if (this.#killed) return new StepProcessError(this.#killed.words, this.#killed.end);
    const { words, end } = this.#died!;
    return new StepProcessError(`Cannot finish ${what}: ${words}`, end);
  }

  /** Ends it and all that it started, at once. */
  kill(cause: Cause): void {
    this.#killed ??= cause;
    this.#o.keeper.kill(this.pid);
  }

  /** Lets it close what it has open, then ends it. */
  async stop(): Promise<void> {
    this.#isSpent = true;
    this.#link?.[Symbol.dispose]();
    const words = "its process was not needed any more";
    const timer = setTimeout(() => this.kill({ end: "cancelled", words }), this.#o.graceMs);
    await this.ended;
    clearTimeout(timer);
  }

  get #isBloated(): boolean {
    const left = (this.#o.keeper.used(this.pid) ?? 0) - this.#bare;
    return left > (this.#memory ? MOST_LEFT * (this.#memory - this.#bare) : MOST_LEFT_BYTES);
  }

  async #ready(conn: Deno.Conn): Promise<void> {
    const link = this.#link = lineLink<FromStep, ToStep>(conn);
    const ready = Promise.withResolvers<void>();
    void this.#hear(link, ready.resolve);
    await Promise.race([ready.promise, this.ended]);
    this.#bare = await this.#o.keeper.look(this.pid) ?? 0;
  }

  async #hear(link: LineLink<FromStep, ToStep>, onReady: () => void): Promise<void> {
    for await (const frame of link.heard) {
      if (frame.say === "ready") onReady();
      else if (frame.say === "outcome") this.#outcome?.resolve(frame.outcome);
      else void answer(this.#o.ledger, frame).then((said) => link.send(said));
    }
  }

  async #end(): Promise<void> {
    const status = await this.#process.status;
    // What a step started in the background ends with it; it may hold the pipes open.
    this.#o.keeper.kill(this.pid);
    this.#o.keeper.free(this.pid);
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, 1_000);
    await Promise.race([Promise.all([this.#out.over, this.#err.over]), late.promise]);
    clearTimeout(timer);
    this.#died = this.#killed ?? causeOf({ status, said: this.#err.said, memory: this.#memory });
    this.#link?.[Symbol.dispose]();
    await this.#process.stdin.abort().catch(() => {});
  }
}

const mebibytes = (bytes: number) => Math.floor(bytes / 2 ** 20);
