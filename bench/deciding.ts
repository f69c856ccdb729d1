import {
  type Claimed,
  Conditions,
  createService,
  type Definitions,
  fingerprint,
  type Ledger,
} from "engine";
import { submissionOf, type Target } from "engine";
import { createApi } from "../api/mod.ts";
import { openLedger } from "../adapters/postgres/ledger/ledger.ts";
import { conditionRules } from "../engine/decide/condition_rules.ts";
import { Decider, type EngineFact } from "../engine/decide/engine/mod.ts";
import { type Bench, type Figure, figure } from "./bench.ts";
import { layered } from "./layered.ts";
import { place } from "./place.ts";

const SIZES = { "100": 100, "1k": 1_000, "10k": 10_000 } as const;
const now = new Date("2025-01-28T06:00:00Z");
const shapeOf = (assets: number) => ({ assets, layer: 50, fanIn: 3 });

/** What deciding costs when nothing happened, when everything did, and at the start. */
export const bench: Bench = {
  name: "deciding",
  what: "conditions of 100, 1,000 and 10,000 assets: at the start, idle, and below one root",
  async measure() {
    const figures: Figure[] = [];
    for (const [size, assets] of Object.entries(SIZES)) {
      const definitions = layered(shapeOf(assets));
      figures.push(...await served(size, definitions), ...inMemory(size, definitions));
    }
    return figures;
  },
};

/** Milliseconds of each of some turns. */
async function msOf(times: number, turn: () => unknown): Promise<number[]> {
  const samples: number[] = [];
  for (let i = 0; i < times; i++) {
    const began = performance.now();
    await turn();
    samples.push(performance.now() - began);
  }
  return samples;
}

/**
 * On PostgreSQL, with everything built: what a server that starts does with its definitions, from declaring them to the
 * first look, and looks when nothing happened.
 */
async function served(size: string, definitions: Definitions): Promise<Figure[]> {
  await using database = await place();
  await using ledger = await openLedger(database.url);
  await buildAll(definitions, ledger);
  const conditions = new Conditions(definitions, ledger);
  await conditions.look(new Date());
  await conditions.look(new Date());
  const params = { assets: definitions.assets.length };
  const idle = await msOf(200, () => conditions.look(new Date()));
  const load = await msOf(5, async () => {
    const declared = layered(shapeOf(params.assets));
    await new Conditions(declared, ledger).look(new Date());
  });
  const api = createApi(serviceOn(definitions, ledger));
  const read = async () => await (await api.request("/api/v1/lineage")).text();
  await read();
  const statuses = await msOf(15, read);
  return [
    figure({ name: `stale_api_${size}`, unit: "ms", params }, statuses),
    figure({ name: `load_${size}`, unit: "ms", params }, load),
    figure({ name: `tick_idle_${size}`, unit: "ms", params }, idle),
  ];
}

/** What people read the statuses of all assets from; nothing has happened since the last time. */
function serviceOn(definitions: Definitions, ledger: Ledger) {
  return createService({
    definitions,
    ledger,
    clock: { now: () => new Date() },
    about: { version: "bench", startedAt: now.toISOString(), adapters: {} as never },
    health: () => Promise.reject(new Error("not measured")),
    nextTicks: () => [],
  });
}

/** Ends every step of one run of everything, without computing anything. */
async function buildAll(definitions: Definitions, ledger: Ledger): Promise<void> {
  const targets = definitions.assets.map((asset): Target => ({
    asset,
    key: undefined,
    partition: "",
    reason: "asked for",
  }));
  const asking = { trigger: "api", by: null, reason: "asked for" } as const;
  await ledger.submit(submissionOf(definitions, targets, asking, now));
  const worker = await ledger.join({ host: "bench", pid: 1, queues: ["default"], slots: 500 });
  const ask = { worker, queues: ["default"], room: 500 };
  let claimed = await ledger.claim(ask);
  while (claimed.length > 0) {
    const { next } = await ledger.finish(claimed.map((c) => outcome(definitions, c)), ask);
    claimed = next.length > 0 ? next : await ledger.claim(ask);
  }
}

function outcome(definitions: Definitions, claimed: Claimed) {
  const { run, step, attempt, version } = claimed;
  const asset = definitions.asset(claimed.asset);
  const inputs = Object.entries(asset.deps).map(([input, dep]) => {
    const up = "kind" in dep ? dep : dep.asset;
    return { input, asset: up.name, partition: "", version: "1", dataVersion: up.name };
  });
  const made = { ...fingerprint(asset), dataVersion: asset.name, inputs, metadata: {} };
  const result = { ...made, value: String(version), checks: [], events: [] };
  return { run, step, attempt, state: "success", result } as const;
}

/** In memory: one root changed, and everything below it is asked for. */
function inMemory(size: string, definitions: Definitions): Figure[] {
  const { rules } = conditionRules(definitions, { now });
  const engine = Decider.create({ assets: rules, now: 0, next: () => undefined });
  let version = 1;
  const make = (asset: number) => engine.apply(madeOf(engine, asset, version++));
  const makeAll = () => {
    for (let asset = 0; asset < rules.length; asset++) make(asset);
    engine.settle();
    engine.settle();
  };
  makeAll();
  let affected = 0;
  const samples: number[] = [];
  for (let i = 0; i < 15; i++) {
    const began = performance.now();
    make(0);
    affected = engine.settle().length;
    samples.push(performance.now() - began);
    makeAll();
    makeAll();
  }
  const params = { assets: rules.length, affected };
  return [figure({ name: `tick_root_${size}`, unit: "ms", params }, samples)];
}

function madeOf({ sequence, world }: Decider, asset: number, version: number): EngineFact {
  const code = world.code[asset]!;
  const how = { readAt: sequence, version, code, published: true, at: 0 };
  return { kind: "materialized", asset, from: 0, to: 1, ...how };
}
