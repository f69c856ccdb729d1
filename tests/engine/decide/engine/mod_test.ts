import { assertEquals, assertThrows } from "@std/assert";
import { when } from "engine";
import {
  type AssetRule,
  Decider,
  decode,
  encode,
  type EngineFact,
} from "../../../../engine/decide/engine/mod.ts";

const HOUR = 3_600_000;
const hourly = (_cron: string, _zone: string, after: number) =>
  (Math.floor(after / HOUR) + 1) * HOUR;
const options = (assets: readonly AssetRule[]) => ({ assets, now: 0, next: hourly });

function rule(name: string, deps: readonly number[], more: Partial<AssetRule> = {}): AssetRule {
  const mapped = deps.map((asset) => ({ asset, mapping: { kind: "same" } as const }));
  return { name, count: 1, code: 1, deps: mapped, when: when.eager, ...more };
}

function made(engine: Decider, name: string, version = engine.sequence): EngineFact {
  const asset = engine.place(name)!;
  const readAt = engine.sequence;
  const how = { version, readAt, code: 1, published: true, at: engine.world.now };
  return { kind: "materialized", asset, from: 0, to: 1, ...how };
}

Deno.test("a follower that is told the same facts and ticks gives the same requests", () => {
  const assets = Array.from({ length: 200 }, (_, a) => {
    const deps = a < 10 ? [] : [a - 10, a - 7];
    return rule(`a${a}`, deps, { when: a < 10 ? when.onCron("hourly") : when.eager });
  });
  const leader = Decider.create(options(assets));
  leader.settle();
  const told: EngineFact[][] = [];
  const from = decode(encode(leader.snapshot()));
  const asked: unknown[] = [];
  const tick = (facts: EngineFact[]) => {
    facts.forEach((f) => leader.apply(f));
    told.push(facts);
    const requests = leader.settle();
    asked.push(requests);
    return requests;
  };
  for (let hour = 1; hour <= 12; hour++) {
    tick([{ kind: "time", now: hour * HOUR }]);
    tick(Array.from({ length: 10 }, (_, a) => made(leader, `a${a}`, hour)));
    tick(assets.slice(10).map(({ name }) => made(leader, name, hour >> 1)));
  }
  const follower = Decider.restore(options(assets), from);
  const followed = told.map((facts) => {
    facts.forEach((f) => follower.apply(f));
    return follower.settle();
  });
  assertEquals(followed, asked);
  assertEquals(asked.flat().length > 1_000, true);
  assertEquals(encode(follower.snapshot()), encode(leader.snapshot()));
});

Deno.test("restore() takes over what other definitions know by name", () => {
  const before = Decider.create(options([rule("a", []), rule("b", [0])]));
  before.settle();
  before.apply(made(before, "a"));
  before.apply(made(before, "b"));
  before.settle();
  const assets = [rule("new", []), rule("a", []), rule("b", [1], { code: 2 })];
  const after = Decider.restore(options(assets), before.snapshot());
  assertEquals(after.settle().map((r) => assets[r.asset]!.name), ["new"]);
  assertEquals(after.edits(), [{ kind: "code", asset: 2, code: 2 }]);
  after.edits().forEach((f) => after.apply(f));
  assertEquals(after.settle().map((r) => assets[r.asset]!.name), ["b"]);
  assertEquals(after.edits(), []);
});

Deno.test("restore() looks at what reads other upstreams than before", () => {
  const before = Decider.create(options([rule("a", []), rule("b", []), rule("c", [0])]));
  before.settle();
  for (const name of ["a", "c", "b"]) before.apply(made(before, name));
  before.settle();
  assertEquals(before.status(2, 0), "fresh");
  const assets = [rule("a", []), rule("b", []), rule("c", [0, 1])];
  const after = Decider.restore(options(assets), before.snapshot());
  after.settle();
  assertEquals(after.status(2, 0), "running");
});

Deno.test("restore() goes on from a snapshot of before it was known what was read", () => {
  const assets = [rule("up", [], { when: undefined }), rule("it", [0])];
  const engine = Decider.create(options(assets));
  engine.apply(made(engine, "up"));
  engine.apply(made(engine, "it"));
  engine.settle();
  const { layout: _, bytes, ...rest } = engine.snapshot();
  // Three columns of numbers stand before the readings of two slices, 8 bytes each.
  const [from, to] = [3 * 2 * 8, 4 * 2 * 8];
  const without = new Uint8Array([...bytes.slice(0, from), ...bytes.slice(to)]);
  const old = Decider.restore(options(assets), { ...rest, bytes: without });
  assertEquals(encode(old.snapshot()), encode(engine.snapshot()));
  old.apply(made(old, "up"));
  assertEquals(old.settle().map((r) => r.asset), [1]);
});

Deno.test("restore() refuses a snapshot that is cut off", () => {
  const engine = Decider.create(options([rule("a", [])]));
  const bytes = encode(engine.snapshot());
  assertThrows(
    () => Decider.restore(options([rule("a", [])]), decode(bytes.subarray(0, bytes.length - 3))),
    RangeError,
    "Cannot restore",
  );
});

Deno.test("a slice that is appended thousands of times keeps what is known of the others", () => {
  const engine = Decider.create(options([rule("a", [], { when: undefined }), rule("b", [])]));
  engine.settle();
  for (let count = 2; count <= 3_000; count++) {
    engine.apply({ kind: "grown", asset: 0, count });
    engine.apply({ ...made(engine, "a"), from: count - 1, to: count } as EngineFact);
    engine.settle();
  }
  const words = Array.from({ length: 3_000 }, (_, slice) => engine.status(0, slice));
  assertEquals([words[0], new Set(words.slice(1))], ["missing", new Set(["fresh"])]);
  assertEquals(engine.status(1, 0), "running");
});

Deno.test("an idle tick looks at nothing, however many assets there are", () => {
  const assets = Array.from({ length: 10_000 }, (_, a) => rule(`a${a}`, a < 50 ? [] : [a - 50]));
  const engine = Decider.create(options(assets));
  assertEquals(engine.settle().length, 10_000);
  engine.settle();
  assertEquals(engine.world.take(), undefined);
  engine.apply({ kind: "time", now: HOUR });
  assertEquals(engine.world.take(), undefined);
});

Deno.test("nextInstant is the next tick of a cron that is listened to, or lateness", () => {
  const assets = [rule("a", [], { when: when.cron("hourly"), maxAgeMs: 10 })];
  const engine = Decider.create(options(assets));
  assertEquals(engine.nextInstant, 10);
  engine.apply({ kind: "time", now: 11 });
  assertEquals(engine.nextInstant, HOUR);
});
