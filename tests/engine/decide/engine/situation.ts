import type { Condition } from "engine";
import {
  type AssetRule,
  Decider,
  hash53,
  type Mapping,
  readingNow,
  type StatusWord,
} from "../../../../engine/decide/engine/mod.ts";

/** What a test says of an asset. */
export interface Given {
  readonly count?: number;
  readonly deps?: Readonly<Record<string, Mapping>>;
  readonly after?: readonly string[];
  readonly when?: Condition;
  readonly maxAgeMs?: number;
}

/** How something was made, where it matters. */
interface Made {
  readonly slice?: number;
  readonly data?: string;
  readonly readAt?: number;
  readonly published?: boolean;
  readonly code?: number;
  /** Whether it is remembered what it read, not only when. */
  readonly reads?: boolean;
}

const SECOND_CRON = /^\d+$/;

/** A cron of the tests is its period in milliseconds. */
const next = (cron: string, _zone: string, after: number) => {
  if (!SECOND_CRON.test(cron)) throw new RangeError(`Cannot read cron "${cron}"`);
  return (Math.floor(after / Number(cron)) + 1) * Number(cron);
};

/** A few assets, told what happens in words; upstream first. */
export class Situation {
  readonly #rules: readonly AssetRule[];
  engine: Decider;

  constructor(given: Readonly<Record<string, Given>>) {
    const names = Object.keys(given);
    const place = (name: string) => names.indexOf(name);
    this.#rules = Object.entries(given).map(([name, g]) => ({
      name,
      count: g.count ?? 1,
      code: 1,
      deps: [
        ...Object.entries(g.deps ?? {}).map(([up, mapping]) => ({ asset: place(up), mapping })),
        ...(g.after ?? []).map((up) => ({
          asset: place(up),
          mapping: { kind: "all" } as const,
          orderOnly: true,
        })),
      ],
      when: g.when,
      maxAgeMs: g.maxAgeMs,
    }));
    this.engine = Decider.create(this.#options());
  }

  #options(counts: Readonly<Record<string, number>> = {}) {
    const selects = (selection: string, name: string) => selection.split(" ").includes(name);
    const assets = this.#rules.map((r) => ({ ...r, count: counts[r.name] ?? r.count }));
    return { assets, now: 0, next, selects };
  }

  #place(name: string): number {
    return this.engine.place(name)!;
  }

  #some(name: string, slice: number | undefined) {
    const asset = this.#place(name);
    const count = this.engine.world.columns.count[asset]!;
    return { asset, from: slice ?? 0, to: slice === undefined ? count : slice + 1 };
  }

  /** Succeeded, having read everything that is known unless it says otherwise. */
  made(name: string, how: Made = {}): this {
    const data = how.data ?? `${name} ${this.engine.sequence}`;
    this.engine.apply({
      kind: "materialized",
      ...this.#some(name, how.slice),
      readAt: how.readAt ?? this.engine.sequence,
      version: hash53(data),
      code: how.code ?? this.engine.world.code[this.#place(name)]!,
      published: how.published ?? true,
      ...(how.reads
        ? { read: readingNow(this.engine.world, this.#place(name), how.slice ?? 0) }
        : {}),
      at: this.engine.world.now,
    });
    return this;
  }

  /** An attempt began or ended without success. */
  attempt(
    kind: "started" | "failed" | "withheld" | "cancelled" | "handled",
    name: string,
    slice?: number,
  ): this {
    const some = this.#some(name, slice);
    this.engine.apply(
      kind === "withheld" ? { kind: "failed", withheld: true, ...some } : { kind, ...some },
    );
    return this;
  }

  /** Keys of it were added or taken away. */
  reshaped(name: string): this {
    this.engine.apply({ kind: "reshaped", asset: this.#place(name) });
    return this;
  }

  checked(name: string, passed: boolean, slice = 0): this {
    this.engine.apply({ kind: "checked", asset: this.#place(name), slice, passed });
    return this;
  }

  code(name: string, code: number): this {
    this.engine.apply({ kind: "code", asset: this.#place(name), code });
    return this;
  }

  condition(name: string, when: Condition | undefined): this {
    this.engine.apply({ kind: "condition", asset: this.#place(name), when });
    return this;
  }

  paused(name: string, paused: boolean): this {
    this.engine.apply({ kind: "paused", asset: this.#place(name), paused });
    return this;
  }

  grown(name: string, count: number): this {
    this.engine.apply({ kind: "grown", asset: this.#place(name), count });
    return this;
  }

  at(now: number): this {
    this.engine.apply({ kind: "time", now });
    return this;
  }

  /** What asks for itself now: `daily[1] report`. */
  tick(): string {
    const { columns, assets } = this.engine.world;
    return this.engine.settle().map(({ asset, slice }) =>
      assets[asset]!.name + (columns.count[asset] === 1 ? "" : `[${slice}]`)
    ).join(" ");
  }

  /** A tick of which the requests do not matter. */
  settled(): this {
    this.engine.settle();
    return this;
  }

  /** The status of a slice in a word, after a tick. */
  status(name: string, slice = 0): StatusWord {
    this.settled();
    return this.engine.status(this.#place(name), slice);
  }

  /** Whether the condition of an asset is true of a slice. */
  holds(name: string, slice = 0): boolean {
    return this.engine.explain(this.#place(name), slice)!.holds;
  }

  /** A restart, or the other server takes over; with how many slices there are by then. */
  restarted(counts?: Readonly<Record<string, number>>): this {
    this.engine = Decider.restore(this.#options(counts), this.engine.snapshot());
    return this;
  }
}
