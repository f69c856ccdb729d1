/**
 * The deciding engine as it would be without any thought of speed: after each tick every slice and every condition is
 * computed anew from plain objects, inputs by asking of each slice whether it is read.
 *
 * @module
 */
import type { Among, Condition } from "engine";
import {
  type AssetRule,
  type EngineFact,
  hash53,
  type Mapping,
  READ_NOTHING,
  readBoth,
  readItem,
} from "../../../../engine/decide/engine/mod.ts";

type Version = { version: number; readAt: number; code: number; read: number | undefined };

interface Slice extends Version {
  changed: number;
  ran: number;
  handled: number;
  asked: number;
  inFlight: boolean;
  failed: boolean;
  blocked: boolean;
  status: string;
  withheld: Version | undefined;
}

interface Input {
  readonly dep: number;
  readonly asset: number;
  readonly slice: number;
}

interface Memory {
  holds: boolean;
  resets: boolean;
  rose: number;
  latched: boolean;
}

const untouched = (): Slice => ({
  changed: 0,
  ran: 0,
  readAt: 0,
  handled: 0,
  version: -1,
  code: 0,
  read: undefined,
  asked: 0,
  inFlight: false,
  failed: false,
  blocked: false,
  status: "m",
  withheld: undefined,
});

/** Whether slice `p` may read slice `q` of an upstream of `count` slices. */
function reads(m: Mapping, p: number, q: number, count: number): boolean {
  switch (m.kind) {
    case "same":
      return p === q;
    case "all":
      return true;
    case "last":
      return q === count - 1;
    case "shift":
      return q >= p + m.from && q <= p + m.to;
    case "fan":
      return Math.floor(q / m.by) === p;
    case "part":
      return Math.floor(p / m.by) === q;
    case "mod":
      return p % m.by === q;
    case "table":
      return q >= m.at[p]! && q < m.at[p + 1]!;
    case "newest":
      return q < m.upTo[p]!;
    case "custom":
      return m.up(p).some((from, r, all) => r % 2 === 0 && from <= q && q < all[r + 1]!);
    case "spans":
      return q >= m.from[p]! && q < m.to[p]!;
  }
}

const keyOf = (c: Condition) => JSON.stringify(c, (k, v) => k === "label" ? undefined : v);

/** Every condition within a condition, itself included, that is about the same slice. */
function within(c: Condition): Condition[] {
  if (c.is === "and" || c.is === "or") return [c, ...c.of.flatMap(within)];
  if (c.is === "not" || c.is === "newly") return [c, ...within(c.of)];
  return c.is === "since" ? [c, ...within(c.of), ...within(c.reset)] : [c];
}

/** A cron of the tests: the text is its period. */
export const periodTicks = (cron: string, from: number, to: number): boolean =>
  Math.floor(to / Number(cron)) > Math.floor(from / Number(cron));

/** The naive engine. */
export class Oracle {
  sequence = 1;
  tick = 0;
  now = 0;
  readonly slices: Slice[][];
  readonly code: number[];
  readonly codeChanged: number[];
  readonly when: (Condition | undefined)[];
  readonly paused: boolean[];
  readonly lastSuccess: number[];
  readonly crons = new Map<string, number>();
  readonly memory = new Map<string, Memory>();

  constructor(
    readonly assets: readonly AssetRule[],
    readonly selects: (selection: string, name: string) => boolean,
  ) {
    this.slices = assets.map((a) => Array.from({ length: a.count }, untouched));
    this.code = assets.map((a) => a.code);
    this.codeChanged = assets.map(() => 0);
    this.when = assets.map((a) => a.when);
    this.paused = assets.map(() => false);
    this.lastSuccess = assets.map(() => 0);
    this.when.forEach((c) => this.learnCrons(c));
  }

  /** A cron ticks from when it is first named. */
  learnCrons(when: Condition | undefined): void {
    for (const c of when ? within(when) : []) {
      if ("cron" in c && !this.crons.has(c.cron)) this.crons.set(c.cron, 0);
    }
  }

  grow(asset: number, count: number): void {
    while (this.slices[asset]!.length < count) this.slices[asset]!.push(untouched());
  }

  publish(s: Slice, made: Version): void {
    if (s.version !== made.version) s.changed = this.sequence;
    Object.assign(s, made);
    s.withheld = undefined;
  }

  apply(f: EngineFact): void {
    this.sequence++;
    if (f.kind === "time") return this.pass(f.now);
    const row = this.slices[f.asset]!;
    if (f.kind === "code") {
      if (this.code[f.asset] !== f.code) this.codeChanged[f.asset] = this.sequence;
      this.code[f.asset] = f.code;
    } else if (f.kind === "condition") this.edit(f.asset, f.when);
    else if (f.kind === "paused") this.paused[f.asset] = f.paused;
    else if (f.kind === "reshaped") return; // Which slices are read is asked anew anyway.
    else if (f.kind === "grown") this.grow(f.asset, f.count);
    else if (f.kind === "checked") {
      const s = row[f.slice]!;
      s.blocked = !f.passed;
      if (f.passed && s.withheld) this.publish(s, s.withheld);
    } else {
      for (let p = f.from; p < f.to; p++) this.happen(f, row[p]!);
      if (f.kind !== "materialized") return;
      this.lastSuccess[f.asset] = Math.max(this.lastSuccess[f.asset]!, f.at);
    }
  }

  happen(
    f: Extract<EngineFact, { readonly from: number }>,
    s: Slice,
  ): void {
    if (f.kind === "handled") return void (s.handled = this.sequence);
    s.inFlight = f.kind === "started";
    if (f.kind === "failed") {
      s.failed = !f.withheld;
      if (f.withheld) s.blocked = true;
      s.handled = Math.max(s.handled, f.readAt ?? 0);
    }
    if (f.kind !== "materialized") return;
    const made = { version: f.version, readAt: f.readAt, code: f.code, read: f.read };
    s.ran = this.sequence;
    s.handled = Math.max(s.handled, f.readAt);
    s.failed = false;
    s.blocked = !f.published;
    if (f.published) this.publish(s, made);
    else s.withheld = made;
  }

  pass(now: number): void {
    for (const cron of this.crons.keys()) {
      if (periodTicks(cron, this.now, now)) this.crons.set(cron, this.sequence);
    }
    this.now = now;
  }

  edit(asset: number, when: Condition | undefined): void {
    this.when[asset] = when;
    this.learnCrons(when);
    const keep = new Set((when ? within(when) : []).map(keyOf));
    for (const key of [...this.memory.keys()]) {
      const [owner, , ...rest] = key.split("|");
      if (Number(owner) === asset && !keep.has(rest.join("|"))) this.memory.delete(key);
    }
  }

  /** The slices that a slice reads; of `newest` one. */
  inputs(asset: number, p: number, { asked = false, order = false, among = {} as Among }): Input[] {
    return this.assets[asset]!.deps.flatMap((dep, place): Input[] => {
      const name = this.assets[dep.asset]!.name;
      if (dep.orderOnly && !order) return [];
      if (among.only !== undefined && !this.selects(among.only, name)) return [];
      if (among.except !== undefined && this.selects(among.except, name)) return [];
      const row = this.slices[dep.asset]!;
      const read = row.map((_, q) => q).filter((q) => reads(dep.mapping, p, q, row.length));
      const isThere = (q: number) =>
        row[q]!.changed !== 0 || (asked && row[q]!.asked === this.tick);
      const chosen = dep.mapping.kind === "newest" ||
          (dep.mapping.kind === "custom" && dep.mapping.newest)
        ? [read.findLast(isThere) ?? read.at(-1)].filter((q) => q !== undefined)
        : read;
      return chosen.map((slice) => ({ dep: place, asset: dep.asset, slice }));
    });
  }

  /** What a slice would read now, in a number. */
  reading(asset: number, p: number): number {
    return this.inputs(asset, p, {}).reduce((sum, { dep, asset, slice }) => {
      const { changed, version } = this.slices[asset]![slice]!;
      const upstream = hash53(this.assets[asset]!.name);
      return changed === 0 ? sum : readBoth(sum, readItem({ dep, upstream, slice, version }));
    }, READ_NOTHING);
  }

  settle(): { asset: number; slice: number }[] {
    this.tick++;
    this.slices.forEach((row, asset) =>
      row.forEach((s, p) => {
        const inputs = this.inputs(asset, p, {}).map((i) => this.slices[i.asset]![i.slice]!);
        const isMissing = s.changed === 0;
        const isOther = () =>
          s.read === undefined
            ? inputs.some((i) => i.changed > s.readAt)
            : this.reading(asset, p) !== s.read;
        const isData = !isMissing && isOther();
        s.status = (isMissing ? "m" : s.code !== this.code[asset] ? "c" : "") +
          (isData ? "d" : "") +
          (inputs.some((i) => i.status !== "") ? "b" : "");
      })
    );
    const requests: { asset: number; slice: number }[] = [];
    this.slices.forEach((row, asset) =>
      row.forEach((s, slice) => {
        const when = this.when[asset];
        if (!when) return;
        this.remember(asset, slice, when);
        if (s.inFlight || this.paused[asset] || !this.holds(asset, slice, when)) return;
        s.handled = this.sequence;
        s.asked = this.tick;
        s.inFlight = true;
        requests.push({ asset, slice });
      })
    );
    return requests;
  }

  remember(asset: number, slice: number, c: Condition): void {
    for (const part of within(c).slice(1)) {
      if (part.is === "newly" || part.is === "since") this.remember(asset, slice, part);
    }
    if (c.is !== "newly" && c.is !== "since") return;
    const key = `${asset}|${slice}|${keyOf(c)}`;
    const none = { holds: false, resets: false, rose: 0, latched: false };
    const m = this.memory.get(key) ?? none;
    const holds = this.holds(asset, slice, c.of);
    const resets = c.is === "since" && this.holds(asset, slice, c.reset);
    const rises = holds && !m.holds;
    const isReset = resets && !m.resets;
    this.memory.set(key, {
      holds,
      resets,
      rose: rises ? this.sequence : m.rose,
      latched: isReset ? false : rises ? true : m.latched,
    });
  }

  holds(asset: number, slice: number, c: Condition): boolean {
    const s = this.slices[asset]![slice]!;
    const key = `${asset}|${slice}|`;
    switch (c.is) {
      case "and":
        return c.of.every((part) => this.holds(asset, slice, part));
      case "or":
        return c.of.some((part) => this.holds(asset, slice, part));
      case "not":
        return !this.holds(asset, slice, c.of);
      case "newly":
        return this.memory.get(key + keyOf(c))!.rose > s.handled;
      case "since":
        return this.memory.get(key + keyOf(c))!.latched;
      case "cron":
        return this.crons.get(c.cron)! > s.handled;
      case "missing":
        return s.changed === 0;
      case "missingUnhandled":
        return s.changed === 0 && s.handled === 0;
      case "stale":
        return /[cd]/.test(s.status);
      case "codeChanged":
        return (s.status.includes("c") || (s.changed === 0 && s.failed)) &&
          this.codeChanged[asset]! > s.handled;
      case "inFlight":
        return s.inFlight;
      case "failed":
        return s.failed;
      case "checkFailed":
        return s.blocked;
      case "latest":
        return slice === this.slices[asset]!.length - 1;
      case "inLatestWindow":
        return slice >= this.slices[asset]!.length - c.slices;
      case "late":
        return this.now - this.lastSuccess[asset]! >= (this.assets[asset]!.maxAgeMs ?? Infinity);
      default:
        return this.holdsOfInputs(asset, slice, c);
    }
  }

  holdsOfInputs(
    asset: number,
    slice: number,
    c: Extract<Condition, Among>,
  ): boolean {
    const among = c as Among;
    const { handled } = this.slices[asset]![slice]!;
    const order = c.is === "depsInFlight";
    const inputs = this.inputs(asset, slice, { asked: true, order, among });
    const of = (i: Input) => this.slices[i.asset]![i.slice]!;
    const isAsked = (i: Input) => of(i).asked === this.tick;
    switch (c.is) {
      case "depsUpdated":
        return inputs.some((i) => of(i).changed > handled || isAsked(i));
      case "allDepsUpdated":
        return this.hasDeps(asset, among) &&
          inputs.every((i) => of(i).changed > handled || isAsked(i));
      case "depsMissing":
        return inputs.some((i) => of(i).changed === 0 && !isAsked(i));
      case "depsInFlight":
        return inputs.some((i) => of(i).inFlight && !isAsked(i));
      case "depsFailed":
        return inputs.some((i) => of(i).failed);
      case "depsCheckFailed":
        return inputs.some((i) => of(i).blocked && !isAsked(i));
      case "allDepsUpdatedSinceCron":
        return inputs.every((i) => of(i).ran > this.crons.get(c.cron)! || isAsked(i));
      case "anyDeps":
        return inputs.some((i) => this.holds(i.asset, i.slice, c.of));
      case "allDeps":
        return inputs.every((i) => this.holds(i.asset, i.slice, c.of));
    }
  }

  hasDeps(asset: number, { only, except }: Among): boolean {
    return this.assets[asset]!.deps.some((dep) => {
      const { name } = this.assets[dep.asset]!;
      return !dep.orderOnly && (only === undefined || this.selects(only, name)) &&
        !(except !== undefined && this.selects(except, name));
    });
  }

  /** All that can be seen of each slice, as text. */
  state(): string {
    return this.slices.map((row) =>
      row.map((s) =>
        s.status + (s.inFlight ? "F" : "") + (s.failed ? "X" : "") + (s.blocked ? "K" : "")
      ).join()
    ).join(" ");
  }
}
