/**
 * Running assets in this process and in memory, for tests and for trying one asset out.
 *
 * @module
 */
import { type Connections, noConnections } from "../declare/connection.ts";
import type { Asset, Context, Emitted, Erased, Metadata } from "../declare/asset.ts";
import type { OutOf, PartitionsOf } from "../declare/deps.ts";
import { UserCodeError } from "../declare/errors.ts";
import { type KeyOf, keyText, type PartitionKey, type Partitions } from "../declare/partitions.ts";
import type { Provision, Resources } from "../declare/resource.ts";
import type { SliceArgs } from "../declare/sensor.ts";
import { upstreamOf } from "../graph/order.ts";
import { wanted } from "../graph/wanted.ts";
import { slices } from "./slices.ts";

/** What came out of a run. */
export interface Materialization<Out> {
  /** The value. */
  readonly value: Out;
  /** What the code reported. */
  readonly metadata: Metadata;
  /** What it logged. */
  readonly log: readonly string[];
  /** What it handed to the outbox. */
  readonly events: readonly Emitted[];
}

/** What stands in for an upstream. */
export interface Given {
  /** The upstream that is not computed. */
  readonly asset: Asset;
  /** Its value, or the values of its slices by key. */
  readonly value: unknown;
  /** Which of the two. */
  readonly sliced: boolean;
}

/** Uses `value` for every slice of `asset` instead of computing it. */
export function given<A extends Asset>(asset: A, value: NoInfer<OutOf<A>>): Given {
  return { asset, value, sliced: false };
}

/** Lets exactly these slices of `asset` exist. */
export function givenSlices<A extends Asset>(
  asset: A,
  values: ReadonlyMap<KeyOf<PartitionsOf<A>>, NoInfer<OutOf<A>>>,
): Given {
  const byText = new Map([...values].map(([k, v]) => [keyText(k), v]));
  return { asset, value: byText, sliced: true };
}

/** What a test may replace. */
export type MaterializeOptions = {
  /** Values that are not computed; what is not given is. */
  readonly given?: readonly Given[];
  /** Stand-ins for resources; the others are opened. */
  readonly resources?: readonly Provision[];
  /** @default {new Date()} */
  readonly now?: Date;
  /** {@linkcode Context.version} of the first asset; later ones count up. @default {1n} */
  readonly version?: bigint;
  /** What resources read as their environment. Empty by default, so that tests need no permission. */
  readonly env?: { readonly [name: string]: string };
  /** What resources find under names of connections. None by default. */
  readonly connections?: Connections;
};

type Made = Promise<Materialization<unknown>>;

/** One call of {@linkcode materialize}: remembers what it has computed and opened. */
class Workbench {
  readonly #options: MaterializeOptions;
  readonly #now: Date;
  readonly #lent: Map<object, Promise<unknown>>;
  readonly #standIns: ReadonlyMap<Asset, Given>;
  readonly #made = new Map<string, Made>();
  readonly #attempts = new Map<string, object>();
  #version: bigint;

  constructor(options: MaterializeOptions) {
    this.#options = options;
    this.#now = options.now ?? new Date();
    this.#version = options.version ?? 1n;
    this.#lent = new Map(
      options.resources?.map((p) => [p.resource, Promise.resolve(p.value)]),
    );
    this.#standIns = new Map(options.given?.map((g) => [g.asset, g]));
  }

  compute(a: Asset, key: PartitionKey): Made {
    const id = `${a.name}/${keyText(key)}`;
    const before = this.#made.get(id);
    if (before) return before;
    const made = this.#standIns.has(a)
      ? Promise.resolve(this.#standIn(this.#standIns.get(a)!, key))
      : this.#run(a, key);
    this.#made.set(id, made);
    return made;
  }

  #standIn(given: Given, key: PartitionKey): Materialization<unknown> {
    const value = given.sliced
      ? (given.value as ReadonlyMap<string, unknown>).get(keyText(key))
      : given.value;
    return { value, metadata: {}, log: [], events: [] };
  }

  async #inputs(a: Asset, key: PartitionKey): Promise<{ [input: string]: unknown }> {
    const inputs: { [input: string]: unknown } = {};
    for (const [name, dep] of Object.entries(a.deps)) {
      const up = upstreamOf(dep);
      const { as, keys } = wanted(dep, a.partitions, key, this.#now);
      const only = this.#standIns.get(up);
      const exist = only?.sliced
        ? keys.filter((k) => (only.value as ReadonlyMap<string, unknown>).has(keyText(k)))
        : keys;
      const read = async (k: PartitionKey) => (await this.compute(up, k)).value;
      if (as === "order") await Promise.all(keys.slice(-1).map((k) => this.compute(up, k)));
      else if (as === "many") inputs[name] = slices(exist, read);
      else if (as === "maybe" && exist.length === 0) inputs[name] = undefined;
      else inputs[name] = await read(exist.at(-1));
    }
    return inputs;
  }

  async #lend(resources: Resources): Promise<{ [name: string]: unknown }> {
    const open: { [name: string]: unknown } = {};
    for (const [name, r] of Object.entries(resources)) {
      if (!this.#lent.has(r)) {
        const { env, connections = noConnections } = this.#options;
        this.#lent.set(r, Promise.resolve(r.open((n) => env?.[n] ?? "", connections)));
      }
      open[name] = await this.#lent.get(r);
    }
    return open;
  }

  async #run(a: Asset, key: PartitionKey): Made {
    const inputs = await this.#inputs(a, key);
    const log: string[] = [];
    const events: Emitted[] = [];
    let metadata: Metadata = {};
    const context: Context<Partitions, Resources> = {
      resources: await this.#lend(a.resources),
      version: this.#version++,
      now: this.#now,
      signal: new AbortController().signal,
      log: (message) => void log.push(message),
      report: (more) => void (metadata = { ...metadata, ...more }),
      emit: (event) => void events.push(event),
      partition: key,
    };
    const attempt = this.#attempts.get(keyText(key)) ?? {};
    this.#attempts.set(keyText(key), attempt);
    const args: Erased = { inputs, context, attempt };
    try {
      return { value: await a.run(args), metadata, log, events };
    } catch (cause) {
      throw new UserCodeError(
        `asset "${a.name}"${key === undefined ? "" : ` [${keyText(key)}]`}`,
        cause,
      );
    }
  }
}

/**
 * Computes one slice in memory: no store, no queue, no database. Upstreams that are not given are computed too.
 *
 * @throws {UserCodeError} If code of an asset threw.
 */
export async function materialize<A extends Asset>(
  target: A,
  ...[options]: SliceArgs<A, MaterializeOptions>
): Promise<Materialization<OutOf<A>>> {
  const o = (options ?? {}) as MaterializeOptions & { readonly partition?: PartitionKey };
  return await new Workbench(o).compute(target, o.partition) as Materialization<OutOf<A>>;
}
