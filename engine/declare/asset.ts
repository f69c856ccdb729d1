/**
 * The one noun of the engine: a named value that is computed from other named values.
 *
 * @module
 */
import { declaredAt } from "./declared_at.ts";
import type { Checked, Dep, Deps, Inputs, Said } from "./deps.ts";
import { type Duration, milliseconds } from "./duration.ts";
import type { Deadline } from "./deadline.ts";
import type { Freshness } from "./freshness.ts";
import {
  type KeyOf,
  type Partitions,
  partitions as rules,
  type Unpartitioned,
} from "./partitions.ts";
import type { Lent, Resources } from "./resource.ts";
import type { Json, Store } from "./store.ts";
import type { Condition } from "./when.ts";

/** What the UI shows beside a materialization. Numbers are plotted over time. */
export type Metadata = { readonly [name: string]: number | string | boolean };

/** Something that happened, told to other systems; it leaves with the commit of the materialization or not at all. */
export interface Emitted {
  /** Kafka topic. */
  readonly topic: string;
  /** Events of one key keep their order. */
  readonly key: string;
  /** The content, described by a JSON Schema. */
  readonly payload: Json;
  /** Version of that schema. @default {1} */
  readonly schemaVersion?: number;
}

/** What code gets besides its inputs. */
export type Context<P extends Partitions, R extends Resources> =
  & {
    /** The declared resources, open. */
    readonly resources: { readonly [K in keyof R]: Lent<R[K]> };
    /**
     * Unique to this attempt. Rows that are written under it become visible when the engine commits the
     * materialization, all at once.
     */
    readonly version: bigint;
    /** When the attempt began; for display. What is computed must depend on the partition, not on the clock. */
    readonly now: Date;
    /** Aborts when the run is cancelled, times out, or the process is asked to stop. */
    readonly signal: AbortSignal;
    /** Writes to the log of this step, as `info` unless another level is said; `console.*` is written there as well. */
    log(message: string, metadata?: Metadata, level?: "debug" | "info" | "warn" | "error"): void;
    /** Adds to what is recorded with this materialization. */
    report(metadata: Metadata): void;
    /** Hands an event to the outbox; it is published after, and only if, the materialization is committed. */
    emit(event: Emitted): void;
  }
  & (P extends Unpartitioned ? unknown : {
    /** The slice that is being computed. */
    readonly partition: KeyOf<P>;
  });

/** Arguments once their types have been checked and forgotten. */
export interface Erased {
  /** Values by input name. */
  readonly inputs: { readonly [input: string]: unknown };
  /** A {@linkcode Context}. */
  readonly context: unknown;
  /** The same object for all assets that are computed together, so that a family computes once. */
  readonly attempt: object;
}

/** How often and when a failed step is tried again. */
export interface Retry {
  /** Attempts in all, the first included. */
  readonly attempts: number;
  /** Wait before the second attempt. @default {"1s"} */
  readonly delay?: Duration;
  /** How the wait grows. @default {"exponential"} */
  readonly backoff?: "constant" | "exponential";
  /** Part of the wait that is random, 0 to 1. @default {0.2} */
  readonly jitter?: number;
}

/** What an asset writes besides its value. */
export interface Io {
  /** Views over versioned tables, `features.user_activity`; rows of versions that were not published are removed. */
  readonly tables?: readonly string[];
  /** Columns with their units, for the catalogue. */
  readonly columns?: { readonly [column: string]: string };
  /** From which columns of its inputs a column is computed, for lineage: `{ total: ["orders.amount"] }`, by names of deps. */
  readonly from?: { readonly [column: string]: readonly string[] };
}

/** What people are told about an asset, and how it is run; none of it changes what is computed. */
export interface Traits {
  /** What it is, in one sentence. */
  readonly description: string;
  /** Box on the lineage page; the first part of the name unless given. */
  readonly group: string;
  /** Who is asked when it fails. */
  readonly owners: readonly string[];
  /** Free labels. */
  readonly tags: readonly string[];
  /** What it is made with: `sql`, `xgboost`, `redis`. */
  readonly kinds: readonly string[];
  /** How failures are retried. */
  readonly retry: Retry;
  /**
   * Milliseconds that an attempt may take. It runs in a process of its own, is told by {@linkcode Context.signal}, and
   * killed if it does not end soon.
   */
  readonly timeout: number | undefined;
  /** Milliseconds from when {@linkcode Context.signal} aborts to the end of its process; two seconds unless given. */
  readonly grace: number | undefined;
  /** Bytes that an attempt may use, its process (about 100 MB) included; it is killed when it uses more. */
  readonly memory: number | undefined;
  /** Slots it takes, by pool. */
  readonly pools: { readonly [pool: string]: number };
  /** Smaller runs first. */
  readonly priority: number;
  /** Which workers may run it. */
  readonly queue: string;
  /** What it writes. */
  readonly io: Io;
  /** How old it may get. */
  readonly freshness: Freshness | undefined;
  /** By when it must be there. */
  readonly deadline: Deadline | undefined;
  /** When the engine requests it by itself. */
  readonly when: Condition | undefined;
}

/** A declared asset. It is a plain value: declaring it registers nothing and touches nothing. */
export interface Asset<
  Name extends string = string,
  out Out = unknown,
  P extends Partitions = Partitions,
> extends Traits {
  /** Tells assets from other exports of a module. */
  readonly kind: "asset";
  /** Unique within the definitions: a path of `snake_case` parts, `features/activity`. */
  readonly name: Name;
  /** Whether others own the data: the engine observes it and never computes it. */
  readonly external: boolean;
  /**
   * The upstreams. Their types are forgotten on purpose: an asset type that contained its upstreams would contain the
   * whole graph above it, and writing such a type down takes time exponential in its depth.
   */
  readonly deps: Deps;
  /** The rule by which it is cut. */
  readonly partitions: P;
  /** What it borrows. */
  readonly resources: Resources;
  /** Thresholds and parameters; part of the fingerprint that decides staleness. */
  readonly config: Json;
  /** Changes when the meaning of the code changes; part of the fingerprint that decides staleness. */
  readonly version: string;
  /** The source of the code, from which its fingerprint is taken. */
  readonly code: string;
  /** Where values are kept, or undefined for the default store. */
  readonly store: Store<never> | undefined;
  /** What of a value is compared to tell whether it changed; undefined: all of it, of a stored one that it was made. */
  readonly dataVersion: ((value: never) => unknown) | undefined;
  /** Names of the assets that its function computes together, its own among them; undefined where it stands alone. */
  readonly family: readonly string[] | undefined;
  /** Where it is declared, `assets/features/activity.ts:12`. */
  readonly declaredAt: string;
  /** Computes one slice. */
  run(args: Erased): Promise<Out>;
}

/** Traits as people write them. */
export type TraitOptions =
  & {
    readonly [
      K in keyof Omit<Traits, "timeout" | "grace" | "memory" | "freshness" | "deadline" | "when">
    ]?: Traits[K];
  }
  & {
    /** {@linkcode Traits.timeout} */
    readonly timeout?: Duration;
    /** {@linkcode Traits.grace} */
    readonly grace?: Duration;
    /** {@linkcode Traits.memory} */
    readonly memory?: number;
    /** {@linkcode Traits.freshness} */
    readonly freshness?: Freshness;
    /** {@linkcode Traits.deadline} */
    readonly deadline?: Deadline;
    /** {@linkcode Traits.when} */
    readonly when?: Condition;
  };

/** What `asset()` takes. Order matters to readers, not to the compiler. */
export interface AssetOptions<
  Name extends string,
  D extends Deps,
  P extends Partitions,
  R extends Resources,
  Out,
> extends TraitOptions {
  /** {@linkcode Asset.name} */
  readonly name: Name;
  /** {@linkcode Asset.deps} */
  readonly deps?: D & Checked<NoInfer<D>, NoInfer<P>> & Said<NoInfer<D>, NoInfer<Out>>;
  /** {@linkcode Asset.partitions} @default {partitions.none} */
  readonly partitions?: P;
  /** {@linkcode Asset.resources} */
  readonly resources?: R;
  /** {@linkcode Asset.config} */
  readonly config?: Json;
  /** {@linkcode Asset.version} @default {"1"} */
  readonly version?: string;
  /** {@linkcode Asset.store} */
  readonly store?: Store<NoInfer<Out>>;
  /**
   * The version of the data in a value, as text: where it is the same as before, nothing downstream is made again.
   * Without it the whole value is compared; what a store keeps counts as changed each time that it is made.
   *
   * @example
   * ```ts
   * import { asset } from "engine";
   *
   * asset({
   *   name: "report",
   *   materialize: () => ({ rows: 500, digest: "a7f", seconds: 3.2 }),
   *   dataVersion: ({ digest }) => digest,
   * });
   * ```
   */
  dataVersion?(value: NoInfer<Out>): string;
  /** Computes one slice from its inputs. It may be retried and therefore must be repeatable. */
  materialize(inputs: Inputs<D, P>, context: Context<P, R>): Out | Promise<Out>;
}

/** Neither deps nor resources. */
// deno-lint-ignore ban-types
export type None = {};

/** The group of an asset whose declaration names none. */
export const groupOf = (name: string): string => name.includes("/") ? name.split("/")[0]! : "";

function traits(name: string, o: TraitOptions): Traits {
  return {
    description: o.description ?? "",
    group: o.group ?? groupOf(name),
    owners: o.owners ?? [],
    tags: o.tags ?? [],
    kinds: o.kinds ?? [],
    retry: o.retry ?? { attempts: 1 },
    timeout: o.timeout === undefined ? undefined : milliseconds(o.timeout),
    grace: o.grace === undefined ? undefined : milliseconds(o.grace),
    memory: o.memory,
    pools: o.pools ?? {},
    priority: o.priority ?? 0,
    queue: o.queue ?? "default",
    io: o.io ?? {},
    freshness: o.freshness,
    deadline: o.deadline,
    when: o.when,
  };
}

/**
 * Declares an asset. The types of `materialize`'s inputs come from what the upstreams return.
 *
 * @example A value and another one made from it
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { asset, materialize } from "engine";
 *
 * const numbers = asset({ name: "numbers", materialize: () => [1, 2, 3] });
 * const total = asset({
 *   name: "total",
 *   deps: { numbers },
 *   materialize: ({ numbers }) => numbers.reduce((a, b) => a + b, 0),
 * });
 *
 * assertEquals((await materialize(total)).value, 6);
 * ```
 */
export function asset<
  const Name extends string,
  D extends Deps = None,
  P extends Partitions = Unpartitioned,
  R extends Resources = None,
  // `never`, not `unknown`: TypeScript tests `store` once before it has looked into `materialize`.
  Out = never,
>(options: AssetOptions<Name, D, P, R, Out>): Asset<Name, Out, P> {
  const made: Asset<Name, Out, P> = {
    ...traits(options.name, options),
    kind: "asset",
    name: options.name,
    external: false,
    family: undefined,
    version: options.version ?? "1",
    config: options.config ?? null,
    code: options.materialize.toString(),
    store: options.store as Store<never> | undefined,
    dataVersion: options.dataVersion,
    declaredAt: declaredAt(),
    resources: options.resources ?? {},
    // The two casts of the engine: from here on types are carried by the values' origin, not by the compiler.
    deps: options.deps ?? {},
    partitions: (options.partitions ?? rules.none) as P,
    async run({ inputs, context }) {
      return await options.materialize(inputs as Inputs<D, P>, context as Context<P, R>);
    },
  };
  return readingItself(made);
}

/** Puts the asset itself in the place that `previous()` left open. */
function readingItself<A extends Asset>(asset: A): A {
  const deps: [string, Dep][] = Object.entries(asset.deps);
  if (!deps.some(([, dep]) => "mode" in dep && dep.mode === "previous")) return asset;
  const closed = deps.map(([input, dep]) =>
    [input, "mode" in dep && dep.mode === "previous" ? { ...dep, asset } : dep] as const
  );
  return Object.assign(asset, { deps: Object.fromEntries(closed) });
}
