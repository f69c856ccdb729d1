/** Collections beside steps that write and publish, steps that die, and retention: nothing referred to is ever missing. @module */
import { assert, assertEquals } from "@std/assert";
import { artefactKey, artefacts, collectGarbage, digestOfKey, sha256Of } from "engine";
import { MemoryObjects, Turns } from "./turns.ts";

/** What is left out of the real thing, to see that it is needed. */
interface Without {
  /** Steps that run do not hold a collection back. */
  readonly running?: boolean;
  /** Writers do not look for collections. */
  readonly flags?: boolean;
}

/** Milliseconds; a turn takes up to 4. */
const GRACE = 10;
const KEEP = 10;
/** Few contents: steps often write what was there before. */
const CONTENTS = ["a", "b", "c", "d", "e", "f"].map((c) => new TextEncoder().encode(c));

interface Version {
  readonly digest: string;
  /** When another one took its place; undefined while it is visible. */
  superseded?: number;
}

/** The ledger as far as it matters: versions that refer to artefacts, and steps that run. */
class World {
  readonly versions = new Set<Version>();
  readonly visible = new Map<string, Version>();
  readonly running = new Map<number, number>();
  readonly missing: string[] = [];
  readonly turns: Turns;
  readonly objects: MemoryObjects;
  removed = 0;
  #state: number;

  constructor(seed: number) {
    this.#state = seed * 747_796_405 >>> 0;
    this.turns = new Turns(seed);
    this.objects = new MemoryObjects(() => this.turn());
    const { objects } = this;
    const { delete: remove } = objects;
    objects.delete = async (key) => {
      await remove.call(objects, key);
      const digest = digestOfKey(key);
      if (digest === undefined) return;
      this.removed++;
      if (this.referenced().has(digest)) this.missing.push(`${key} was removed`);
    };
  }

  random(below: number): number {
    this.#state = (this.#state * 1_664_525 + 1_013_904_223) >>> 0;
    return Math.floor(this.#state / 2 ** 32 * below);
  }

  async turn(): Promise<void> {
    await this.turns.take();
    this.objects.now += this.random(5);
  }

  referenced(): Set<string> {
    return new Set([...this.versions].map((v) => v.digest));
  }

  /** One transaction. */
  publish(asset: string, digest: string): void {
    const before = this.visible.get(asset);
    if (before) before.superseded = this.objects.now;
    const version = { digest };
    this.versions.add(version);
    this.visible.set(asset, version);
    const key = artefactKey(digest);
    if (!this.objects.kept.has(key)) this.missing.push(`${key} is not there when it is published`);
  }
}

/** Steps of an asset, one after the other; some take longer than the grace, some die before they tell. */
async function steps(w: World, asset: string, without: Without): Promise<void> {
  for (let n = 0; n < 5; n++) {
    for (let left = 1 + w.random(12); left > 0; left--) await w.turn();
    const id = w.random(1e9);
    w.running.set(id, w.objects.now);
    const bytes = CONTENTS[w.random(CONTENTS.length)]!;
    const digest = sha256Of(bytes);
    if (without.flags) await w.objects.put(artefactKey(digest), bytes);
    else await artefacts(w.objects, { wait: () => w.turn() }).put(bytes);
    for (let left = w.random(5) > 0 ? w.random(4) : 20; left > 0; left--) await w.turn();
    if (w.random(4) > 0) w.publish(asset, digest);
    w.running.delete(id);
  }
}

async function retention(w: World): Promise<void> {
  for (let n = 0; n < 120; n++) {
    await w.turn();
    for (const version of w.versions) {
      if (version.superseded !== undefined && version.superseded < w.objects.now - KEEP) {
        w.versions.delete(version);
      }
    }
  }
}

async function collections(w: World, without: Without): Promise<void> {
  for (let n = 0; n < 12; n++) {
    await w.turn();
    const started = without.running ? [] : w.running.values();
    await collectGarbage({
      objects: w.objects,
      referenced: async () => {
        await w.turn();
        return w.referenced();
      },
      before: new Date(Math.min(w.objects.now - GRACE, ...started)),
      dryRun: false,
    });
  }
}

/** Everything at once, in an order that the seed decides. */
async function lived(seed: number, without: Without = {}): Promise<World> {
  const w = new World(seed);
  const anchor = new TextEncoder().encode("anchor");
  const digest = sha256Of(anchor);
  w.objects.kept.set(artefactKey(digest), { bytes: anchor, modified: new Date(0) });
  w.publish("anchor", digest);
  await w.turns.run(
    () => steps(w, "one", without),
    () => steps(w, "two", without),
    () => steps(w, "three", without),
    () => retention(w),
    () => collections(w, without),
    () => collections(w, without),
  );
  for (const digest of w.referenced()) {
    const key = artefactKey(digest);
    if (!w.objects.kept.has(key)) w.missing.push(`${key} is missing in the end`);
  }
  return w;
}

const ORDERS = 400;

async function losses(without: Without): Promise<number> {
  let n = 0;
  for (let seed = 1; seed <= ORDERS; seed++) {
    if ((await lived(seed, without)).missing.length > 0) n++;
  }
  return n;
}

Deno.test("no artefact that is referred to is ever missing, in 400 orders of steps, retention and collections", async () => {
  let removed = 0;
  for (let seed = 1; seed <= ORDERS; seed++) {
    const w = await lived(seed);
    assertEquals(w.missing, [], `seed ${seed}`);
    removed += w.removed;
  }
  assert(removed > ORDERS, `collections removed only ${removed}`);
});

Deno.test("some would be missing if running steps did not hold collections back", async () => {
  assert(await losses({ running: true }) > 0);
});

Deno.test("some would be missing if writers did not look for collections", async () => {
  assert(await losses({ flags: true }) > 0);
});
