/**
 * Random histories of projects with conditions, looked at by one server that never ends or by two that come and go.
 *
 * @module
 */
import {
  type Asset,
  asset,
  Conditions,
  define,
  type Definitions,
  type Ledger,
  submissionOf,
  when,
} from "engine";
import type { Evaluation } from "../../../engine/run/evaluations.ts";
import { seeded } from "../decide/random_graph.ts";
import { workAll } from "./work_all.ts";

const MOVES = 30;
const CONDITIONS = [
  when.eager,
  when.eager,
  when.onMissing,
  when.and(when.stale, when.not(when.failed)),
  when.and(when.newly(when.depsFailed), when.not(when.depsFailed), when.not(when.depsMissing)),
  when.and(when.since(when.depsUpdated, when.failed), when.depsUpdated, when.not(when.depsMissing)),
];

/** A random project whose assets give, or fail with, what they are told. */
function project(random: () => number) {
  const knobs = new Map<string, { data: number; isBroken: boolean }>();
  const made: Asset[] = [];
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!;
  for (let i = 0; i < 7; i++) {
    const name = `a${i}`;
    const knob = { data: 0, isBroken: false };
    knobs.set(name, knob);
    const ups = i < 2 ? [] : [pick(made), ...(random() < 0.5 ? [pick(made)] : [])];
    made.push(asset({
      name,
      deps: Object.fromEntries(new Set(ups).values().map((up) => [up.name, up])) as never,
      ...(i < 2 ? {} : { when: pick(CONDITIONS) }),
      materialize(inputs: object) {
        if (knob.isBroken) throw new Error("broken");
        return [knob.data, ...Object.values(inputs)];
      },
    }) as unknown as Asset);
  }
  return { knobs, definitions: define(Object.fromEntries(made.map((a) => [a.name, a]))) };
}

/** The clock of all: conditions of these projects ask for no time. */
export const now = () => new Date("2025-01-28T00:00:00Z");

async function materialize(definitions: Definitions, ledger: Ledger, it: Asset): Promise<void> {
  const targets = [{ asset: it, key: undefined, partition: "", reason: "asked for" }];
  const asking = { trigger: "api", by: null, reason: "asked for" } as const;
  await ledger.submit(submissionOf(definitions, targets, asking, now()));
  await workAll({ definitions, ledger, now });
}

/** What was recorded of each look that asked: which slices, and every operand as it was. */
async function recorded(ledger: Ledger): Promise<readonly (readonly Evaluation[])[]> {
  const facts = await ledger.facts("", 5_000);
  return facts.filter((f) => f.kind === "tick" && f.name === "condition:all")
    .map((f) => (f.data as unknown as { evaluations: Evaluation[] }).evaluations);
}

/** Leads a project through a history; `look` is all servers, once, and tells whether one of them asked. */
export async function history(
  seed: number,
  ledger: Ledger,
  servers: (definitions: Definitions) => { look(chance: number): Promise<boolean> },
) {
  const random = seeded(seed);
  const { knobs, definitions } = project(random);
  const { look } = servers(definitions);
  for (let move = 0; move < MOVES; move++) {
    const roots = definitions.assets.filter((a) => a.when === undefined);
    const among = random() < 0.7 ? roots : definitions.assets;
    const it = among[Math.floor(random() * among.length)]!;
    const knob = knobs.get(it.name)!;
    knob.data = Math.floor(random() * 3);
    knob.isBroken = random() < 0.2;
    await materialize(definitions, ledger, it);
    const chance = random();
    // A look after one that asked is a tick of its own: it sees what was asked for before it is made.
    for (let round = 0; round < 8; round++) {
      let isAsked = false;
      while (await look(chance)) isAsked = true;
      await workAll({ definitions, ledger, now });
      if (!isAsked) break;
    }
  }
  return await recorded(ledger);
}

/** One server that never ends. */
export function one(ledger: Ledger) {
  return (definitions: Definitions) => {
    const conditions = new Conditions(definitions, ledger);
    return { look: async () => await conditions.look(now()) !== undefined };
  };
}

/** Two servers that look at the same time, each of which now and then ends and begins anew. */
export function two(ledgers: readonly Ledger[]) {
  return (definitions: Definitions) => {
    const servers = ledgers.map((ledger) => new Conditions(definitions, ledger));
    return {
      async look(chance: number) {
        const again = Math.floor(chance * 4);
        if (again < 2) servers[again] = new Conditions(definitions, ledgers[again]!);
        const asked = await Promise.all(servers.map((s) => s.look(now())));
        return asked.some((s) => s !== undefined);
      },
    };
  };
}
