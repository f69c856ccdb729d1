/**
 * Workers that compute nothing: each step takes as long as it usually does, and succeeds.
 *
 * @module
 */
import { chosen, keyOf, readings } from "../../decide/inputs.ts";
import type { Definitions } from "../../graph/define.ts";
import { fingerprint } from "../../graph/fingerprint.ts";
import type { Ask, Ledger } from "../../ledger/ledger.ts";
import type { Claimed, InputRecord, Outcome, Result } from "../../ledger/records.ts";

/** A worker that is simulated. */
export interface VirtualWorker {
  /** Which steps it takes. */
  readonly queues: readonly string[];
  /** How many at once. */
  readonly slots: number;
}

/** What the crew needs. */
export interface CrewOptions {
  /** What exists. */
  readonly definitions: Definitions;
  /** Where the work is. */
  readonly ledger: Ledger;
  /** Who works. */
  readonly workers: readonly VirtualWorker[];
  /** How long a step of an asset takes, milliseconds. */
  msOf(asset: string): number;
}

/** A step under way. */
interface Busy {
  readonly claimed: Claimed;
  readonly member: number;
  readonly endsAt: number;
}

/** The workers of a simulation. */
export class Crew {
  readonly #o: CrewOptions;
  readonly #ids: string[] = [];
  readonly #taken: number[] = [];
  /** Sooner ends first. */
  #busy: Busy[] = [];

  constructor(o: CrewOptions) {
    this.#o = o;
  }

  /** Registers all workers. */
  async join(): Promise<void> {
    for (const { queues, slots } of this.#o.workers) {
      const hello = { host: "simulation", pid: 1, queues, slots };
      this.#ids.push(await this.#o.ledger.join(hello));
      this.#taken.push(0);
    }
  }

  /** When the next step ends, milliseconds; Infinity if none runs. */
  get nextEnd(): number {
    return this.#busy[0]?.endsAt ?? Infinity;
  }

  /** Takes what there is room for. */
  async claim(now: number): Promise<void> {
    for (const member of this.#ids.keys()) {
      const ask = this.#ask(member);
      if (ask.room > 0) this.#start(member, await this.#o.ledger.claim(ask), now);
    }
  }

  /** Ends the steps that are over, one after the other; a worker fills a free slot before it ends the next. */
  async finish(now: number): Promise<void> {
    const over = this.#busy.filter((b) => b.endsAt <= now);
    this.#busy = this.#busy.filter((b) => b.endsAt > now);
    for (const { member, claimed } of over) {
      const outcome = await this.#outcome(claimed);
      this.#taken[member]!--;
      const { next } = await this.#o.ledger.finish([outcome], { ...this.#ask(member), more: true });
      this.#start(member, next, now);
    }
  }

  #ask(member: number): Ask {
    const { queues, slots } = this.#o.workers[member]!;
    return { worker: this.#ids[member]!, queues, room: slots - this.#taken[member]! };
  }

  #start(member: number, steps: readonly Claimed[], now: number): void {
    for (const claimed of steps) {
      this.#taken[member]!++;
      const endsAt = now + this.#o.msOf(claimed.asset);
      const at = this.#busy.findLastIndex((b) => b.endsAt <= endsAt) + 1;
      this.#busy.splice(at, 0, { claimed, member, endsAt });
    }
  }

  async #outcome(claimed: Claimed): Promise<Outcome> {
    const { run, step, attempt } = claimed;
    const result = await resultOf(this.#o, claimed);
    return { run, step, attempt, state: "success", result };
  }
}

/** A result that differs from the one before: whatever reads it has something new to read. */
async function resultOf({ definitions, ledger }: CrewOptions, claimed: Claimed): Promise<Result> {
  const asset = definitions.asset(claimed.asset);
  const { code, config } = fingerprint(asset);
  return {
    code,
    config,
    dataVersion: `simulated ${claimed.version}`,
    inputs: asset.external ? [] : await inputsOf({ definitions, ledger }, claimed),
    metadata: {},
    value: null,
    checks: [],
    events: [],
  };
}

/** What a real step would read. */
async function inputsOf(
  { definitions, ledger }: Pick<CrewOptions, "definitions" | "ledger">,
  claimed: Claimed,
): Promise<readonly InputRecord[]> {
  const asset = definitions.asset(claimed.asset);
  const reads = readings(asset, keyOf(asset, claimed.partition)!.key, claimed.startedAt);
  const found: InputRecord[] = [];
  for (const read of reads) {
    if (read.as === "order") continue;
    const slices = read.partitions.map((partition) => ({ asset: read.up.name, partition }));
    const visible = new Map((await ledger.visible(slices)).map((m) => [m.partition, m]));
    for (const p of chosen(read, (p) => visible.has(p))) {
      const { version, dataVersion } = visible.get(p)!;
      const from = { input: read.input, asset: read.up.name, partition: p };
      found.push({ ...from, version: String(version), dataVersion });
    }
  }
  return found;
}
