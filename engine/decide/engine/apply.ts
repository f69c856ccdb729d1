/**
 * What each kind of fact does to the columns, and who is looked at for it.
 *
 * @module
 */
import { BIT } from "./columns.ts";
import type { EngineFact } from "./fact.ts";
import { ON } from "./rule.ts";
import type { Withheld, World } from "./world.ts";

type Of<K extends EngineFact["kind"]> = Extract<EngineFact, { readonly kind: K }>;

/** Takes a fact in: O(slices that it names and their readers). */
export function apply(w: World, fact: EngineFact): void {
  w.sequence++;
  switch (fact.kind) {
    case "materialized":
      return materialized(w, fact);
    case "started":
    case "failed":
    case "cancelled":
      return attempted(w, fact);
    case "checked":
      return checked(w, fact);
    case "handled":
      return handled(w, fact);
    case "code":
      return codeChanged(w, fact);
    case "condition":
      w.setCondition(fact.asset, fact.when);
      return w.markAll(fact.asset);
    case "paused":
      w.paused[fact.asset] = fact.paused ? 1 : 0;
      return w.markAll(fact.asset);
    case "reshaped":
      return reshaped(w, fact.asset);
    case "grown":
      return grown(w, fact);
    case "time":
      return passed(w, fact.now);
  }
}

/** Makes a version visible. The same data again moves nothing downstream. */
function publish(w: World, asset: number, slice: number, made: Withheld): boolean {
  const { columns: c } = w;
  const i = c.at[asset]! + slice;
  const isNews = c.version[i] !== made.version || c.changed[i] === 0;
  if (isNews) {
    c.changed[i] = w.sequence;
    c.version[i] = made.version;
    w.maxChanged[asset] = w.sequence;
  }
  c.readAt[i] = made.readAt;
  c.codeOf[i] = made.code;
  c.read[i] = made.read;
  if (made.inline.length === 0) w.inline.get(asset)?.delete(slice);
  else keep(w.inline, asset, slice, made.inline);
  return isNews;
}

function keep<T>(all: Map<number, Map<number, T>>, asset: number, slice: number, it: T): void {
  const of = all.get(asset) ?? new Map<number, T>();
  all.set(asset, of.set(slice, it));
}

function materialized(w: World, fact: Of<"materialized">): void {
  const { asset, from, to, version, readAt, code } = fact;
  const { columns: c } = w;
  const made = { version, readAt, code, read: fact.read ?? 0, inline: fact.inline ?? [] };
  let isNews = false;
  for (let slice = from; slice < to; slice++) {
    const i = c.at[asset]! + slice;
    c.ran[i] = w.sequence;
    c.made[i] = fact.made ?? 0;
    c.handled[i] = Math.max(c.handled[i]!, readAt);
    c.bits[i]! &= ~(BIT.inFlight | BIT.failed);
    if (fact.published) {
      c.bits[i]! &= ~BIT.blocked;
      w.withheld.get(asset)?.delete(slice);
      isNews = publish(w, asset, slice, made) || isNews;
    } else {
      c.bits[i]! |= BIT.blocked;
      keep(w.withheld, asset, slice, made);
    }
  }
  succeeded(w, asset, fact.at);
  w.mark(asset, from, to);
  w.spread(asset, from, to, isNews ? 0 : ON.ran | ON.flight | ON.failed | ON.check);
}

/** Lateness begins anew. */
function succeeded(w: World, asset: number, at: number): void {
  w.lastSuccess[asset] = Math.max(w.lastSuccess[asset]!, at);
  const { maxAgeMs } = w.assets[asset]!;
  if (maxAgeMs !== undefined) lookLate(w, asset, maxAgeMs);
}

/** Sets whether an asset is late, and when to look again. */
export function lookLate(w: World, asset: number, maxAgeMs: number): void {
  const at = w.lastSuccess[asset]! + maxAgeMs;
  const isLate = at <= w.now ? 1 : 0;
  if (isLate === 0) w.timers.expect(asset, at);
  if (w.late[asset] === isLate) return;
  w.late[asset] = isLate;
  if (w.rules[asset]?.asksLate) w.markAll(asset);
  w.spread(asset, 0, w.columns.count[asset]!, ON.watch);
}

function attempted(w: World, fact: Of<"started" | "failed" | "cancelled">): void {
  const { kind, asset, from, to } = fact;
  const { bits, at, handled } = w.columns;
  const readAt = fact.kind === "failed" ? fact.readAt ?? 0 : 0;
  const isWithheld = fact.kind === "failed" && fact.withheld === true;
  for (let i = at[asset]! + from; i < at[asset]! + to; i++) {
    if (kind === "started") bits[i]! |= BIT.inFlight;
    else bits[i]! &= ~BIT.inFlight;
    if (isWithheld) bits[i] = bits[i]! & ~BIT.failed | BIT.blocked;
    else if (kind === "failed") bits[i]! |= BIT.failed;
    if (readAt <= handled[i]!) continue;
    handled[i] = readAt;
    // The ledger knows the last attempt alone: after another one it could not tell this again.
    w.hasNews = true;
  }
  w.mark(asset, from, to);
  const on = isWithheld ? ON.flight | ON.failed | ON.check : ON.flight | ON.failed;
  w.spread(asset, from, to, kind === "failed" ? on : ON.flight);
}

/** A pass publishes what was withheld; a failure of what is visible blocks new readers and takes nothing back. */
function checked(w: World, { asset, slice, passed }: Of<"checked">): void {
  const i = w.columns.at[asset]! + slice;
  const made = w.withheld.get(asset)?.get(slice);
  let isNews = false;
  if (!passed) w.columns.bits[i]! |= BIT.blocked;
  else {
    w.columns.bits[i]! &= ~BIT.blocked;
    if (made) isNews = publish(w, asset, slice, made);
    w.withheld.get(asset)?.delete(slice);
  }
  w.mark(asset, slice, slice + 1);
  w.spread(asset, slice, slice + 1, isNews ? 0 : ON.check);
}

function handled(w: World, { asset, from, to }: Of<"handled">): void {
  const { handled, at } = w.columns;
  handled.fill(w.sequence, at[asset]! + from, at[asset]! + to);
  w.mark(asset, from, to);
  w.spread(asset, from, to, ON.watch);
}

function codeChanged(w: World, { asset, code }: Of<"code">): void {
  if (w.code[asset] === code) return;
  w.code[asset] = code;
  w.codeChanged[asset] = w.sequence;
  w.markAll(asset);
  w.spread(asset, 0, w.columns.count[asset]!, ON.watch);
}

/** What reads the asset is looked at: it may have lost an input, or found one again. */
function reshaped(w: World, asset: number): void {
  w.markAll(asset);
  w.markReaders(asset);
}

/** Old and new last slices are looked at, and what reads them; also the one that leaves the newest window. */
function grown(w: World, { asset, count }: Of<"grown">): void {
  const was = w.columns.count[asset]!;
  if (count <= was) return;
  w.columns.grow(asset, count);
  w.unclean[asset]! += count - was;
  const first = Math.max(0, was - 1);
  w.mark(asset, Math.max(0, was - (w.rules[asset]?.widest ?? 1)), count);
  w.spread(asset, first, count, 0);
}

/** Crons tick, several missed ticks of one as one; assets become late. */
function passed(w: World, now: number): void {
  w.now = now;
  w.timers.pass(now, (cron) => {
    cron.ticked = w.sequence;
    for (const asset of cron.wakes) {
      const count = w.columns.count[asset]!;
      const { window } = w.rules[asset]!;
      w.mark(asset, Math.max(0, count - window), count);
    }
  }, (asset) => {
    const { maxAgeMs } = w.assets[asset]!;
    if (maxAgeMs !== undefined) lookLate(w, asset, maxAgeMs);
  });
}
