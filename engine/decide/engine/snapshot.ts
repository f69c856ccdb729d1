/**
 * The whole state as bytes and back, by the names of assets: other definitions can take it over.
 *
 * @module
 */
import type { Condition } from "../../declare/when.ts";
import { lookLate } from "./apply.ts";
import { UNCLEAN } from "./columns.ts";
import { type AssetRule, hash53, type ReadInline } from "./fact.ts";
import type { Withheld, World } from "./world.ts";

/** What is kept of an asset besides its columns. */
interface AssetPart {
  readonly name: string;
  readonly count: number;
  readonly code: number;
  readonly codeChanged: number;
  readonly paused: number;
  readonly late: number;
  readonly lastSuccess: number;
  /** The condition that was evaluated, null without. */
  readonly when: Condition | null;
  /** Of what it reads, and how. */
  readonly deps: number;
  readonly memory: readonly (readonly [key: string, saved: readonly number[]])[];
  readonly withheld: readonly (readonly [slice: number, version: Withheld])[];
  /** Since the second layout. */
  readonly inline?: readonly (readonly [slice: number, read: readonly ReadInline[]])[];
}

/** All that a restart needs, taken between two ticks. */
export interface Snapshot {
  /** Which columns there are; those of the first, without a number, have not yet what was read. */
  readonly layout?: typeof LAYOUT;
  /** Facts counted. */
  readonly sequence: number;
  /** Ticks counted. */
  readonly tick: number;
  /** The time. */
  readonly now: number;
  /** In the order in which their slices stand in each column. */
  readonly assets: readonly AssetPart[];
  /** When each cron ticked, and when it will. */
  readonly crons: readonly {
    readonly cron: string;
    readonly timezone: string;
    readonly ticked: number;
    readonly next: number | null;
  }[];
  /** What is looked at once more: asset by name, first slice, one after the last. */
  readonly again: readonly (readonly [string, number, number])[];
  /** The columns, one behind the other. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const LAYOUT = 2;

const depsHash = (assets: readonly AssetRule[], asset: number) =>
  hash53(JSON.stringify(assets[asset]!.deps.map((d) => ({ ...d, asset: assets[d.asset]!.name }))));

/** Takes a snapshot, between two ticks. */
export function snapshot(w: World): Snapshot {
  w.hasNews = false;
  return {
    layout: LAYOUT,
    sequence: w.sequence,
    tick: w.tick,
    now: w.now,
    assets: w.assets.map((_, asset) => partOf(w, asset)),
    crons: w.timers.crons.map(({ cron, timezone, ticked, next }) => ({
      cron,
      timezone,
      ticked,
      next: next === Infinity ? null : next,
    })),
    again: w.again.map((s) => [w.assets[s.asset]!.name, s.from, s.to]),
    bytes: bytesOf(w),
  };
}

function partOf(w: World, asset: number): AssetPart {
  const rule = w.rules[asset];
  return {
    name: w.assets[asset]!.name,
    count: w.columns.count[asset]!,
    code: w.code[asset]!,
    codeChanged: w.codeChanged[asset]!,
    paused: w.paused[asset]!,
    late: w.late[asset]!,
    lastSuccess: w.lastSuccess[asset]!,
    when: rule?.root.condition ?? null,
    deps: depsHash(w.assets, asset),
    memory: [...rule?.memories ?? []].map(([key, memory]) => [key, memory.save()]),
    withheld: [...w.withheld.get(asset) ?? []],
    inline: [...w.inline.get(asset) ?? []],
  };
}

function bytesOf({ columns }: World): Uint8Array<ArrayBuffer> {
  const total = columns.count.reduce((sum, n) => sum + n, 0);
  const all = columns.all();
  const width = all.reduce((sum, c) => sum + c.BYTES_PER_ELEMENT, 0);
  const bytes = new Uint8Array(total * width);
  let to = 0;
  for (const column of all) {
    const size = column.BYTES_PER_ELEMENT;
    columns.count.forEach((n, asset) => {
      const from = columns.at[asset]! * size;
      bytes.set(new Uint8Array(column.buffer, from, n * size), to);
      to += n * size;
    });
  }
  return bytes;
}

/**
 * Fills a world that was just made with what a snapshot of these or other definitions holds. Assets whose definition is
 * another one now, new ones included, are looked at in the next tick.
 *
 * @throws {RangeError} If the bytes do not fit the layout.
 */
export function restore(w: World, from: Snapshot): void {
  w.sequence = from.sequence;
  w.tick = from.tick;
  w.now = from.now;
  for (const { next, ...cron } of from.crons) {
    w.timers.add({ ...cron, next: next ?? Infinity, wakes: new Set() });
  }
  const places = new Map(w.assets.map((a, place) => [a.name, place]));
  loadColumns(w, from, places);
  const parts = new Map(from.assets.map((part) => [part.name, part]));
  w.assets.forEach((rule, asset) => loadAsset(w, asset, rule, parts.get(rule.name)));
  for (const [name, first, to] of from.again) {
    const asset = places.get(name);
    if (asset !== undefined) w.again.push({ asset, from: first, to });
  }
}

function loadColumns(w: World, from: Snapshot, places: ReadonlyMap<string, number>): void {
  const { columns } = w;
  for (const part of from.assets) {
    const asset = places.get(part.name);
    if (asset !== undefined && part.count > columns.count[asset]!) columns.grow(asset, part.count);
  }
  let at = 0;
  for (const column of columns.all()) {
    if (column === columns.read && from.layout === undefined) continue;
    const size = column.BYTES_PER_ELEMENT;
    const into = new Uint8Array(column.buffer);
    for (const { name, count } of from.assets) {
      const asset = places.get(name);
      const bytes = from.bytes.subarray(at, at + count * size);
      if (bytes.length !== count * size) {
        throw new RangeError(`Cannot restore: the columns end within "${name}"`);
      }
      at += bytes.length;
      if (asset !== undefined) into.set(bytes, columns.at[asset]! * size);
    }
  }
  if (at !== from.bytes.length) {
    throw new RangeError(`Cannot restore: ${from.bytes.length} bytes of columns, not ${at}`);
  }
}

function loadAsset(w: World, asset: number, rule: AssetRule, part: AssetPart | undefined): void {
  if (part === undefined) {
    w.lastSuccess[asset] = w.now;
    start(w, asset, rule);
    return;
  }
  w.code[asset] = part.code;
  w.codeChanged[asset] = part.codeChanged;
  w.paused[asset] = part.paused;
  w.late[asset] = part.late;
  w.lastSuccess[asset] = part.lastSuccess;
  if (part.withheld.length > 0) {
    const unread = { read: 0, inline: [] };
    w.withheld.set(asset, new Map(part.withheld.map(([at, made]) => [at, { ...unread, ...made }])));
  }
  if (part.inline?.length) w.inline.set(asset, new Map(part.inline));
  summarise(w, asset);
  w.setCondition(asset, part.when ?? undefined);
  for (const [key, saved] of part.memory) w.rules[asset]?.memories.get(key)?.load(saved);
  if (rule.maxAgeMs !== undefined) lookLate(w, asset, rule.maxAgeMs);
  const isGrown = rule.count > part.count;
  if (part.deps !== depsHash(w.assets, asset) || isGrown) w.markAll(asset);
  // Slices that came meanwhile: what reads the newest reads another one now.
  if (isGrown) w.spread(asset, Math.max(0, part.count - 1), rule.count, 0);
}

/** Counts of an asset, from its columns. */
function summarise(w: World, asset: number): void {
  const { at, count, changed, bits } = w.columns;
  let [max, unclean] = [0, 0];
  for (let i = at[asset]!; i < at[asset]! + count[asset]!; i++) {
    max = Math.max(max, changed[i]!);
    if ((bits[i]! & UNCLEAN) !== 0) unclean++;
  }
  w.maxChanged[asset] = max;
  w.unclean[asset] = unclean;
}

/** Begins with an asset of which nothing is known. */
export function start(w: World, asset: number, rule: AssetRule): void {
  w.setCondition(asset, rule.when);
  if (rule.maxAgeMs !== undefined) lookLate(w, asset, rule.maxAgeMs);
  w.markAll(asset);
}

const text = new TextEncoder();

/** A snapshot as bytes: length of the layout, the layout as JSON, the columns. */
export function encode({ bytes, ...layout }: Snapshot): Uint8Array<ArrayBuffer> {
  const json = text.encode(JSON.stringify(layout));
  const all = new Uint8Array(4 + json.length + bytes.length);
  new DataView(all.buffer).setUint32(0, json.length);
  all.set(json, 4);
  all.set(bytes, 4 + json.length);
  return all;
}

/** The snapshot of bytes that {@linkcode encode} gave. @throws {SyntaxError} If they are none. */
export function decode(all: Uint8Array): Snapshot {
  const length = all.length < 4 ? 0 : new DataView(all.buffer, all.byteOffset).getUint32(0);
  const json = new TextDecoder().decode(all.subarray(4, 4 + length));
  return { ...JSON.parse(json) as Omit<Snapshot, "bytes">, bytes: all.slice(4 + length) };
}
