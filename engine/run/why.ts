/**
 * Asking why: reads the facts that an explanation needs, and no others.
 *
 * @module
 */
import type { Asset } from "../declare/asset.ts";
import { conditionLacks } from "./condition_lacks.ts";
import type { NextTick } from "../decide/due.ts";
import type { Judgement } from "../decide/judge.ts";
import { type Why, why } from "../decide/why.ts";
import type { Lack, RunFound } from "../decide/why_facts.ts";
import type { Definitions } from "../graph/define.ts";
import { knownSinceOf } from "../ledger/known.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { RunRecord } from "../ledger/records.ts";
import { pausedOf } from "../ledger/switches.ts";

/** What asking needs. */
export interface WhyAsking {
  /** What is declared. */
  readonly definitions: Definitions;
  /** Where facts are read. */
  readonly ledger: Pick<
    Ledger,
    "run" | "runs" | "workers" | "pools" | "cursors" | "slices" | "checks"
  >;
  /** Where everything stands. */
  readonly judgement: Judgement;
  /** How crons are read. */
  readonly next: NextTick;
}

/** Newest runs of an asset among which the last one of a slice is looked for. */
const RUNS_OF_AN_ASSET = 5;
/** Rounds of reading: each goes one run further up the chain. */
const ROUNDS = 20;

/** Why a slice stands as it does. Reads each run that the chain goes through once. */
export async function explain(o: WhyAsking, asset: Asset, partition: string): Promise<Why> {
  const [workers, pools, cursors, paused, knownSince] = await Promise.all([
    o.ledger.workers(),
    o.ledger.pools(),
    o.ledger.cursors("schedule:"),
    pausedOf(o.ledger, ""),
    knownSinceOf(o.ledger, o.judgement.now),
  ]);
  const runs = new Map<string, RunFound | undefined>();
  const runsOf = new Map<string, readonly string[]>();
  const active = new Map<string, readonly RunRecord[]>();
  const { definitions, judgement, next } = o;
  const seen = { definitions, judgement, workers, pools, cursors, paused, knownSince, next };
  const conditions = new Map<string, readonly string[]>();
  const facts = { ...seen, runs, runsOf, active, conditions };
  const read = async (lack: Lack) => {
    if (lack.of === "run") runs.set(lack.id, await o.ledger.run(lack.id));
    else if (lack.of === "runs") {
      const found = await o.ledger.runs({ asset: lack.asset, limit: RUNS_OF_AN_ASSET });
      runsOf.set(lack.asset, found.map((r) => r.id));
    } else if (lack.of === "condition") {
      const found = await conditionLacks(o, definitions.asset(lack.asset), lack.partition);
      conditions.set(`${lack.asset} ${lack.partition}`, found);
    } else {
      active.set(lack.job, await o.ledger.runs({ job: lack.job, state: "running", limit: 5 }));
    }
  };
  let told = why(facts, asset, partition);
  for (let i = 0; i < ROUNDS && told.lacks.length > 0; i++) {
    await Promise.all(told.lacks.map(read));
    told = why(facts, asset, partition);
  }
  return told.why;
}
