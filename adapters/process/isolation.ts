/**
 * Warm processes for the isolated steps of one worker.
 *
 * @module
 */
import {
  type Claimed,
  type IsolatedStep,
  type Isolation,
  type Outcome,
  sliceText,
  StepProcessError,
} from "engine";
import { Homes } from "./homes.ts";
import { ownKeeper } from "./keeper.ts";
import { type ChildOptions, StepChild } from "./step_child.ts";

/** How isolated steps are run. */
export interface IsolationOptions
  extends
    Pick<ChildOptions, "script" | "env" | "ledger">,
    Partial<Pick<ChildOptions, "rights" | "sockets" | "keeper">> {
  /** Processes that are kept warm at most: the slots of the worker. */
  readonly most: number;
  /** Milliseconds that a step that does not declare them has to end when it was told. @default {2000} */
  readonly graceMs?: number;
  /** Milliseconds between two looks at the memory of a step that declares a limit. @default {50} */
  readonly lookMs?: number;
  /** Milliseconds after which a process that nobody needed ends. @default {60000} */
  readonly idleMs?: number;
  /** Is told what is printed while no step runs. */
  onLine?(line: string): void;
}

/** Running processes for steps. */
export interface StepProcesses extends Isolation, AsyncDisposable {
  /** Process ids, for people and tests. */
  pids(): readonly number[];
}

/** A process and what it is used for. */
interface Resident {
  readonly child: StepChild;
  /** Bytes that its steps may use; one process never serves two limits. */
  readonly memory: number | undefined;
  isBusy: boolean;
  idle: ReturnType<typeof setTimeout> | undefined;
}

/**
 * Runs each step in a process that waits for it, or in a new one: as many as run at once, which stay for those that
 * come next. The steps of a family that compute together run in the same one, one after the other.
 */
export function isolation(o: IsolationOptions): StepProcesses {
  return new Processes(o);
}

class Processes implements StepProcesses {
  readonly #o: IsolationOptions;
  readonly #children: ChildOptions;
  /** The one that was used last is last. */
  readonly #residents = new Set<Resident>();
  readonly #homes = new Homes<Resident>();
  #isClosed = false;

  constructor(o: IsolationOptions) {
    this.#o = o;
    const { script, env, ledger, graceMs = 2_000, lookMs = 50 } = o;
    this.#children = {
      ...{ script, env, ledger, graceMs, lookMs },
      rights: o.rights ?? (() => ["-A", "--no-prompt"]),
      sockets: o.sockets ?? [],
      keeper: o.keeper ?? ownKeeper,
      onLine: (line) => o.onLine?.(line),
    };
  }

  pids(): readonly number[] {
    return [...this.#residents].map((r) => r.child.pid);
  }

  async run(claimed: Claimed, step: IsolatedStep): Promise<Outcome> {
    return await this.#homes.meet(claimed, step, async (home) => {
      const resident = await this.#take(claimed, step, home);
      try {
        // Starting takes long enough to be cancelled.
        step.signal.throwIfAborted();
        const outcome = await resident.child.run(claimed, step);
        return { outcome, home: resident.child.isSpent ? undefined : resident };
      } finally {
        this.#giveBack(resident);
      }
    });
  }

  async #take(
    claimed: Claimed,
    { asset: { memory } }: IsolatedStep,
    home: Resident | undefined,
  ): Promise<Resident> {
    const free = [...this.#residents].filter((r) => !r.isBusy && !r.child.isSpent);
    const warm = free.filter((r) => r.memory === memory);
    const found = home && warm.includes(home)
      ? home
      : warm.findLast((r) => !this.#homes.holds(r)) ?? this.#spare(warm);
    if (found) return this.#use(found);
    if (this.#residents.size >= this.#o.most && free.length > 0) void this.#end(free[0]!);
    const child = await this.#start(claimed, memory);
    const resident: Resident = { child, memory, isBusy: true, idle: undefined };
    this.#residents.add(resident);
    void child.ended.then(() => this.#residents.delete(resident));
    if (!this.#isClosed) return resident;
    await child.stop();
    throw new Error("Cannot run steps: the worker has ended");
  }

  /** One that waits for others of a family, if there is no room for one more. */
  #spare(warm: readonly Resident[]): Resident | undefined {
    return this.#residents.size >= this.#o.most ? warm[0] : undefined;
  }

  async #start(claimed: Claimed, memory: number | undefined): Promise<StepChild> {
    try {
      return await StepChild.start(this.#children, memory);
    } catch (error) {
      if (!(error instanceof StepProcessError)) throw error;
      const what = sliceText(claimed.asset, claimed.partition);
      throw new StepProcessError(
        `Cannot start a process for ${what}: ${error.message}`,
        error.end,
      );
    }
  }

  #use(resident: Resident): Resident {
    clearTimeout(resident.idle);
    resident.isBusy = true;
    this.#residents.delete(resident);
    this.#residents.add(resident);
    return resident;
  }

  #giveBack(resident: Resident): void {
    resident.isBusy = false;
    if (resident.child.isSpent || this.#isClosed) return void this.#end(resident);
    resident.idle = setTimeout(() => void this.#end(resident), this.#o.idleMs ?? 60_000);
    // It waits for work only as long as the worker has other reasons to live.
    Deno.unrefTimer(resident.idle);
  }

  async #end(resident: Resident): Promise<void> {
    clearTimeout(resident.idle);
    this.#residents.delete(resident);
    await resident.child.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#residents].map((r) => this.#end(r)));
    await this.#children.keeper[Symbol.asyncDispose]();
  }
}
