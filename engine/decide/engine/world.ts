/**
 * All that the deciding engine knows, and who must be looked at again.
 *
 * @module
 */
import type { Among, Condition } from "../../declare/when.ts";
import { Columns } from "./columns.ts";
import { type Edges, edgesOf } from "./edges.ts";
import { type AssetRule, hash53, type NextInstant, type ReadInline, type Selects } from "./fact.ts";
import { Heap } from "./heap.ts";
import { readers } from "./mapping.ts";
import { add } from "./ranges.ts";
import { ON, type Rule, ruleOf } from "./rule.ts";
import { Timers } from "./timers.ts";

/** A version that a check withholds, published if the check passes later. */
export interface Withheld {
  /** Data version. */
  readonly version: number;
  /** Sequence up to which its inputs were what it read. */
  readonly readAt: number;
  /** Code that made it. */
  readonly code: number;
  /** What it read, see `reading.ts`; 0 if that is not known. */
  readonly read: number;
  /** What was looked at for it alone. */
  readonly inline: readonly ReadInline[];
}

/** Slices [`from`, `to`) of an asset. */
export interface Stretch {
  /** Place of the asset. */
  readonly asset: number;
  /** First slice. */
  readonly from: number;
  /** One after the last. */
  to: number;
}

/** What the engine is given once. */
export interface WorldOptions {
  /** In topological order. */
  readonly assets: readonly AssetRule[];
  /** The instant at which it begins, milliseconds. */
  readonly now: number;
  /** Reads crons. */
  readonly next: NextInstant;
  /** Reads selections; without it none can be named. */
  readonly selects?: Selects;
}

/** The state of the engine. What changes it is in `apply.ts` and `settle.ts`. */
export class World {
  /** Counts facts. */
  sequence = 1;
  /** Counts ticks. */
  tick = 0;
  /** As the last fact of time said. */
  now: number;
  readonly assets: readonly AssetRule[];
  readonly edges: Edges;
  readonly columns: Columns;
  /** Code of each asset now. */
  readonly code: Float64Array;
  /** Sequence at which it changed. */
  readonly codeChanged: Uint32Array;
  /** 1 for assets that do not request. */
  readonly paused: Uint8Array;
  /** 1 for assets whose last success is too old. */
  readonly late: Uint8Array;
  /** When each asset succeeded last; when it was first seen, before that. */
  readonly lastSuccess: Float64Array;
  /** Greatest `changed` of the slices of each asset: most scans end here. */
  readonly maxChanged: Uint32Array;
  /** The name of each asset as a number. */
  readonly names: Float64Array;
  /** How many slices of each asset are unclean. */
  readonly unclean: Int32Array;
  /** Condition of each asset. */
  readonly rules: (Rule | undefined)[];
  /** By asset, by slice. */
  readonly withheld = new Map<number, Map<number, Withheld>>();
  /** What was looked at for a visible version alone, by asset, by slice. */
  readonly inline = new Map<number, Map<number, readonly ReadInline[]>>();
  readonly timers: Timers;
  /** Requested in the last tick: looked at once more, as `will` holds no longer. */
  again: Stretch[] = [];
  /** Whether something was taken down that no fact tells again and no snapshot has. */
  hasNews = false;
  readonly #selects: Selects | undefined;
  readonly #dirty: (number[] | undefined)[];
  readonly #queue = new Heap<number>((a, b) => a < b);

  /** A world in which nothing was ever made. */
  constructor({ assets, now, next, selects }: WorldOptions) {
    const count = assets.length;
    this.now = now;
    this.assets = assets;
    this.edges = edgesOf(assets);
    this.columns = new Columns(assets.map((a) => a.count));
    this.code = Float64Array.from(assets, (a) => a.code);
    this.codeChanged = new Uint32Array(count);
    this.paused = new Uint8Array(count);
    this.late = new Uint8Array(count);
    this.lastSuccess = new Float64Array(count).fill(now);
    this.maxChanged = new Uint32Array(count);
    this.names = Float64Array.from(assets, (a) => hash53(a.name));
    this.unclean = Int32Array.from(assets, (a) => a.count);
    this.rules = new Array(count);
    this.timers = new Timers(next);
    this.#selects = selects;
    this.#dirty = new Array(count);
  }

  /** Gives an asset another condition. Sub-trees with memory that it had before keep it. */
  setCondition(asset: number, when: Condition | undefined): void {
    const before = this.rules[asset];
    for (const cron of before?.crons ?? []) this.timers.crons[cron]!.wakes.delete(asset);
    this.rules[asset] = when && ruleOf(when, {
      cron: (cron, timezone) => this.timers.cron(cron, timezone, this.now),
      among: (among) => this.#among(asset, among),
      memories: before?.memories ?? new Map(),
    });
    for (const cron of this.rules[asset]?.crons ?? []) this.timers.crons[cron]!.wakes.add(asset);
  }

  #among(asset: number, { only, except }: Among): Uint8Array {
    const { deps, name } = this.assets[asset]!;
    const selects = this.#selects;
    if (!selects) throw new TypeError(`Cannot read the condition of "${name}": no selections here`);
    const names = (selection: string | undefined, up: string, without: boolean) =>
      selection === undefined ? without : selects(selection, up);
    return Uint8Array.from(deps, (dep) => {
      const up = this.assets[dep.asset]!.name;
      return names(only, up, true) && !names(except, up, false) ? 1 : 0;
    });
  }

  /** Has slices [`from`, `to`) looked at in the next tick. */
  mark(asset: number, from: number, to: number): void {
    if (from >= to) return;
    const ranges = this.#dirty[asset];
    if (ranges !== undefined) return add(ranges, from, to);
    this.#dirty[asset] = [from, to];
    this.#queue.push(asset);
  }

  /** Has all slices looked at. */
  markAll(asset: number): void {
    this.mark(asset, 0, this.columns.count[asset]!);
  }

  /** Has what reads [`from`, `to`) of an asset looked at, if it listens to what happened; 0: whether it does or not. */
  spread(asset: number, from: number, to: number, on: number): void {
    const { downAt, down, downEdge, mapping } = this.edges;
    const { count } = this.columns;
    const upstream = count[asset]!;
    for (let entry = downAt[asset]!; entry < downAt[asset + 1]!; entry++) {
      const reader = down[entry]!;
      if (on !== 0 && ((this.rules[reader]?.hears ?? 0) & (on | ON.watch)) === 0) continue;
      const rule = mapping[downEdge[entry]!]!;
      const all = count[reader]!;
      if (rule.kind === "same") this.mark(reader, from, Math.min(to, all));
      else {
        const change = { from, to, upstream, readers: all };
        readers(rule, change, (first, end) => this.mark(reader, first, end));
      }
    }
  }

  /** Has all slices looked at of all that reads an asset, whatever they read of it. */
  markReaders(asset: number): void {
    const { downAt, down } = this.edges;
    for (let at = downAt[asset]!; at < downAt[asset + 1]!; at++) this.markAll(down[at]!);
  }

  /** The first asset to look at and its ranges; undefined if there is none. */
  take(): { readonly asset: number; readonly ranges: readonly number[] } | undefined {
    if (this.#queue.size === 0) return undefined;
    const asset = this.#queue.pop();
    const ranges = this.#dirty[asset]!;
    this.#dirty[asset] = undefined;
    return { asset, ranges };
  }
}
