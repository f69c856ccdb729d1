import {
  after,
  all,
  type Asset,
  asset,
  type Condition,
  define,
  type Definitions,
  type Dep,
  newest,
  partitions,
} from "engine";

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Turns of a random graph. */
export interface GraphOptions {
  /** Most assets. */
  readonly most?: number;
  /** Conditions among which assets choose; none unless given. */
  readonly conditions?: readonly Condition[];
  /** Version of the code of all. */
  readonly version?: string;
}

/** Assets that read one to three of those before them, each by a rule that fits how both are cut. */
export function randomGraph(random: () => number, o: GraphOptions = {}): Definitions {
  const daily = partitions.daily({ start: "2025-01-24" });
  const sixHourly = partitions.hours({ start: "2025-01-24T00", every: 6 });
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!;
  const assets: Asset[] = [];
  const count = 2 + Math.floor(random() * ((o.most ?? 10) - 1));
  for (let i = 0; i < count; i++) {
    const deps: { [input: string]: Dep } = {};
    const cut = pick([daily, sixHourly, undefined]);
    for (let d = Math.floor(random() * 4); d > 0 && assets.length > 0; d--) {
      const up = pick(assets);
      deps[`d${d}`] = ruleFor(up, cut?.grain, random);
    }
    const when = o.conditions && random() < 0.6 ? { when: pick(o.conditions) } : {};
    assets.push(asset({
      name: `a${i}`,
      deps,
      version: o.version ?? "1",
      ...(cut ? { partitions: cut } : {}),
      ...when,
      materialize: () => i,
    }) as unknown as Asset);
  }
  return define(Object.fromEntries(assets.map((a) => [a.name, a])));
}

/** `up` itself where both are cut alike, else its newest, all of it, or only its order. */
function ruleFor(up: Asset, grain: string | undefined, random: () => number): Dep {
  const isWhole = up.partitions.grain === "none";
  if (isWhole || (up.partitions.grain === grain && random() < 0.6)) return up;
  const chance = random();
  if (chance < 0.6) return newest(up as never);
  return chance < 0.8 ? all(up as never) : after(up as never);
}
