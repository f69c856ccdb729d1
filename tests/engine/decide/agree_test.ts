/** There are two judges of a slice: one over everything, one that follows facts. They say the same. @module */
import { assert, assertEquals } from "@std/assert";
import { nextTick } from "engine";
import { tell } from "../../../engine/decide/condition_facts.ts";
import {
  type ConditionRules,
  conditionRules,
  mayRemove,
  partitionAt,
} from "../../../engine/decide/condition_rules.ts";
import { Decider, decode, encode } from "../../../engine/decide/engine/mod.ts";
import { judge } from "../../../engine/decide/judge.ts";
import { RandomHistory } from "./random_history.ts";

/** `AURORA_CASES=20000` at night. */
const CASES = Number(Deno.env.get("AURORA_CASES") ?? 300);
const MOVES = 30;

const next = (cron: string, zone: string, after: number) =>
  nextTick(cron, zone, new Date(after))?.getTime();

/** Everything of a history, as it is now. */
async function known(h: RandomHistory) {
  const names = h.definitions.assets.map((a) => a.name);
  const slices = await h.remembered().slices(names);
  const checks = (await Promise.all(names.map((name) => h.ledger.checks(name)))).flat();
  return { definitions: h.definitions, names, slices, checks, now: h.now };
}

type Known = Awaited<ReturnType<typeof known>>;

/** An engine and what it was told of. */
interface Told {
  readonly engine: Decider;
  readonly rules: ConditionRules;
  readonly moment: { now: Date };
}

/** An engine that is told what it does not know; of other definitions than before by a snapshot, as after a restart. */
function told(k: Known, before?: Told, isRestart = false): Told {
  const { moment, rules, engine } = before && !isRestart ? before : begun(k, before?.engine);
  moment.now = k.now;
  for (const edit of engine.edits()) engine.apply(edit);
  rules.assets.forEach((a, asset) => {
    const count = a.partitions.count(k.now);
    if (count > engine.world.columns.count[asset]!) engine.apply({ kind: "grown", asset, count });
    if (before && mayRemove(a)) engine.apply({ kind: "reshaped", asset });
  });
  tell(engine, rules, k, nextTick);
  engine.settle();
  return { engine, rules, moment };
}

/** An engine of these definitions, with what another one knew. */
function begun(k: Known, before: Decider | undefined): Told {
  const moment = { now: k.now };
  const rules = conditionRules(k.definitions, moment, k.definitions.assets);
  const options = { assets: rules.rules, now: k.now.getTime(), next, selects: rules.selects };
  const engine = before === undefined
    ? Decider.create(options)
    : Decider.restore(options, decode(encode(before.snapshot())));
  return { engine, rules, moment };
}

/**
 * The status of each slice that exists, as the engine says it in the words of the other: what is only behind is fresh, and
 * what others own is never stale, though the code that observes it may be another.
 */
function statuses({ assets }: ConditionRules, engine: Decider): string[] {
  return assets.flatMap((a, place) =>
    Array.from({ length: engine.world.columns.count[place]! }, (_, slice) => slice)
      .filter((slice) => !a.partitions.removed(slice))
      .map((slice) => {
        const status = engine.status(place, slice);
        const isFresh = status === "behind" || (a.external && status === "stale");
        return `${a.name} [${partitionAt(a, slice)}] ${isFresh ? "fresh" : status}`;
      })
  );
}

/** The same by the judge of everything. */
function judged({ assets }: ConditionRules, k: Known): string[] {
  const judgement = judge(k);
  return assets.flatMap((a) =>
    Array.from({ length: a.partitions.count(k.now) }, (_, slice) => slice)
      .filter((slice) => !a.partitions.removed(slice))
      .map((slice) => {
        const partition = partitionAt(a, slice);
        return `${a.name} [${partition}] ${judgement.of(a, partition).status}`;
      })
  );
}

Deno.test("judge() and the deciding engine agree on every slice of random histories", async () => {
  const seen = new Map<string, number>();
  for (let seed = 1; seed <= CASES; seed++) {
    const h = new RandomHistory(seed);
    let followed: Told | undefined;
    const moves: string[] = [];
    let definitions = h.definitions;
    for (let i = 0; i < MOVES; i++) {
      moves.push(await h.happen());
      const k = await known(h);
      const isRestart = definitions !== h.definitions || i % 7 === 6;
      definitions = h.definitions;
      followed = told(k, followed, isRestart);
      const what = `seed ${seed}: ${moves.join("; ")}`;
      const wanted = judged(followed.rules, k);
      for (const w of wanted) {
        const word = w.split(" ").at(-1)!;
        seen.set(word, (seen.get(word) ?? 0) + 1);
      }
      const fresh = told(k);
      assertEquals(statuses(fresh.rules, fresh.engine), wanted, `told at once, ${what}`);
      assertEquals(statuses(followed.rules, followed.engine), wanted, `followed, ${what}`);
    }
  }
  for (const word of ["running", "failed", "blocked", "missing", "stale", "fresh"]) {
    assert((seen.get(word) ?? 0) > CASES, `${word} was seen ${seen.get(word) ?? 0} times only`);
  }
});
