/**
 * Conditions: assets that ask for themselves are submitted as one run per look.
 *
 * @module
 */
import type { Asset } from "../declare/asset.ts";
import type { Partitions } from "../declare/partitions.ts";
import {
  type ConditionRules,
  conditionRules,
  mayRemove,
  partitionAt,
} from "../decide/condition_rules.ts";
import { tell } from "../decide/condition_facts.ts";
import { whyTrue } from "../decide/condition_words.ts";
import { type Decider, encode, explainBits, type Request } from "../decide/engine/mod.ts";
import { submissionOf } from "../decide/submission.ts";
import type { Target } from "../decide/targets.ts";
import type { Definitions } from "../graph/define.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Fact, Submitted } from "../ledger/records.ts";
import { pausedOf } from "../ledger/switches.ts";
import { CONDITIONS, engineOf, type Saved } from "./condition_engine.ts";
import { nextTick } from "./cron.ts";
import { type Evaluation, evaluationOf, keep } from "./evaluations.ts";

/** What is read of the ledger, and how runs are submitted. */
export type ConditionLedger = Pick<
  Ledger,
  "slices" | "checks" | "facts" | "newestFact" | "run" | "cursors" | "advance"
>;

/** How the names of conditions begin that can be paused. */
const PAUSE = "condition:";

/** Facts that are read at once; after more than that everything is looked at. */
const MOST_FACTS = 5_000;

/** How the engine stands to the ledger. */
interface Following extends ConditionRules {
  readonly engine: Decider;
  readonly revision: number;
  /** One asset of each partitioning. */
  readonly growing: readonly { readonly asset: number; readonly rule: Partitions }[];
  /** The newest fact that was taken in. */
  seen: string;
}

/** A look. */
interface Look {
  readonly now: Date;
  /** Names that begin with {@linkcode PAUSE}. */
  readonly paused: ReadonlySet<string>;
  /** Whether definitions are others than those that were remembered. */
  readonly isEdited: boolean;
}

/**
 * Evaluates the conditions of a project, over and over. Between two looks the state stays in memory; when nothing has
 * happened a look is two queries at once, for facts and for what is paused. What was asked for is remembered with the run, so another server, or this one after a
 * restart, goes on from there and asks for nothing twice.
 */
export class Conditions {
  readonly #definitions: Definitions;
  readonly #ledger: ConditionLedger;
  readonly #moment = { now: new Date(0) };
  readonly #isIdle: boolean;
  #following: Following | undefined;

  /** Nothing is read before the first look. */
  constructor(definitions: Definitions, ledger: ConditionLedger) {
    this.#definitions = definitions;
    this.#ledger = ledger;
    this.#isIdle = !definitions.assets.some((a) => a.when);
  }

  /** When something happens by itself, milliseconds since 1970; Infinity if nothing does, or before the first look. */
  get nextInstant(): number {
    return this.#following?.engine.nextInstant ?? Infinity;
  }

  /**
   * Looks once, and submits what asks for itself.
   *
   * @throws {SyntaxError} If the cron of a condition cannot be read.
   */
  async look(now: Date): Promise<Submitted | undefined> {
    if (this.#isIdle) return undefined;
    this.#moment.now = now;
    const [touched, paused] = await Promise.all([
      this.#touched(),
      pausedOf(this.#ledger, PAUSE),
    ]);
    if (touched === "all") return await this.#begin(now, paused);
    const f = this.#following!;
    const isSwitched = pause(f, paused);
    const isGrown = f.growing.some(({ asset, rule }) =>
      rule.count(now) > f.engine.world.columns.count[asset]!
    );
    if (touched.size === 0 && !isGrown && !isSwitched && f.engine.nextInstant > now.getTime()) {
      return undefined;
    }
    await this.#takeIn(f, [...touched], now);
    return await this.#decide(f, { now, paused, isEdited: false });
  }

  /** Which assets facts since the last look are about; all of them if that cannot be told. */
  async #touched(): Promise<ReadonlySet<string> | "all"> {
    const f = this.#following;
    if (!f) return "all";
    const facts = await this.#ledger.facts(f.seen, MOST_FACTS);
    const isForeign = (fact: Fact) => fact.kind === "tick" && fact.name === CONDITIONS;
    if (facts.length === MOST_FACTS || facts.some(isForeign)) return "all";
    const names = new Set<string>();
    for (const fact of facts) {
      if (fact.kind === "run" && fact.run !== null) {
        for (const step of (await this.#ledger.run(fact.run))?.steps ?? []) names.add(step.asset);
      } else if (fact.kind === "keys") reshape(f).forEach((name) => names.add(name));
      else if (fact.kind !== "tick" && fact.name !== null) names.add(fact.name);
    }
    f.seen = facts.at(-1)?.seq ?? f.seen;
    return new Set([...names].filter((name) => f.engine.place(name) !== undefined));
  }

  /** Goes on from what is remembered; first of all from nothing. */
  async #begin(now: Date, paused: ReadonlySet<string>): Promise<Submitted | undefined> {
    const cursor = (await this.#ledger.cursors(CONDITIONS)).find((c) => c.name === CONDITIONS);
    const seen = await this.#ledger.newestFact();
    const known = conditionRules(this.#definitions, this.#moment);
    const engine = engineOf(known, cursor, now);
    const growing = growingOf(known.assets);
    const f = { ...known, engine, growing, revision: cursor?.revision ?? 0, seen };
    const edits = engine.edits();
    for (const edit of edits) engine.apply(edit);
    if (cursor) reshape(f);
    pause(f, paused);
    await this.#takeIn(f, known.assets.map((a) => a.name), now);
    return await this.#decide(f, {
      now,
      paused,
      isEdited: cursor === undefined || edits.length > 0,
    });
  }

  /** Tells the engine what has become of some assets. */
  async #takeIn(f: Following, names: readonly string[], now: Date): Promise<void> {
    f.assets.forEach((a, asset) => {
      const count = a.partitions.count(now);
      if (count > f.engine.world.columns.count[asset]!) {
        f.engine.apply({ kind: "grown", asset, count });
      }
    });
    const slices = names.length === 0 ? [] : await this.#ledger.slices(names);
    const checked = new Set(
      this.#definitions.checks.filter((c) => c.blocking).map((c) => c.asset.name),
    );
    const checks = await Promise.all(
      names.filter((name) => checked.has(name)).map((name) => this.#ledger.checks(name)),
    );
    tell(f.engine, f, { names, slices, checks: checks.flat(), now }, nextTick);
  }

  /**
   * Ends the tick; what it asks for is submitted and remembered together. If another server was first it begins anew from
   * what that one remembered.
   */
  async #decide(f: Following, { now, paused, isEdited }: Look): Promise<Submitted | undefined> {
    this.#following = undefined;
    const requests = f.engine.settle().filter((r) => !isRemoved(f, r));
    const targets = requests.map((r) => targetOf(f, r));
    if (targets.length === 0 && !isEdited && !f.engine.hasNews) {
      this.#following = f;
      return undefined;
    }
    const submitted = await this.#ledger.advance({
      name: CONDITIONS,
      revision: f.revision,
      value: { snapshot: encode(f.engine.snapshot()).toBase64() } satisfies Saved,
      ...this.#asked(targets, now, isEdited),
      data: keep(requests, (r) => evaluated(f, r)),
    });
    if (submitted === undefined) return await this.#begin(now, paused);
    const seen = targets.length > 0 ? await this.#skip(f) : f.seen;
    this.#following = { ...f, revision: f.revision + 1, seen };
    return submitted[0];
  }

  /** Past the facts of the own submission: the engine knows of it. */
  async #skip(f: Following): Promise<string> {
    const facts = await this.#ledger.facts(f.seen, MOST_FACTS);
    const own = facts.findIndex((x) => x.kind === "tick" && x.name === CONDITIONS);
    const isOwn = (x: Fact) => x.kind === "tick" || (x.run !== null && x.run === facts[own]?.run);
    const others = facts.slice(0, own + 1).filter((x) => !isOwn(x));
    return own >= 0 && others.length === 0 ? facts[own]!.seq : f.seen;
  }

  #asked(targets: readonly Target[], now: Date, isEdited: boolean) {
    if (targets.length === 0) {
      const result = isEdited
        ? "first seen: waits for what happens next"
        : "remembered what became true, or failed";
      return { result, outcome: "skipped", submissions: [] } as const;
    }
    const result = targets.map((t) => `${t.asset.name}: ${t.reason}`).join("; ");
    const asking = { trigger: "condition", by: "eager", reason: result } as const;
    const submissions = [submissionOf(this.#definitions, targets, asking, now)];
    return { result, outcome: "requested", submissions } as const;
  }
}

/** Switches conditions as people did; tells whether one was. What happens while one is off is asked for when it is on. */
function pause({ engine, assets }: Following, names: ReadonlySet<string>): boolean {
  if (names.size === 0 && !engine.world.paused.includes(1)) return false;
  let isSwitched = false;
  assets.forEach(({ name }, asset) => {
    const paused = names.has(PAUSE + name);
    if (paused === (engine.world.paused[asset] === 1)) return;
    engine.apply({ kind: "paused", asset, paused });
    isSwitched = true;
  });
  return isSwitched;
}

/** Keys were added or taken away: what reads assets that are cut by them is looked at. Gives the names of these. */
function reshape({ engine, assets }: Following): readonly string[] {
  const cut = assets.filter(mayRemove);
  for (const a of cut) engine.apply({ kind: "reshaped", asset: engine.place(a.name)! });
  return cut.map((a) => a.name);
}

function growingOf(assets: readonly Asset[]): Following["growing"] {
  const first = new Map<Partitions, number>();
  assets.forEach(({ partitions }, asset) => {
    if (partitions.grain !== "none" && !first.has(partitions)) first.set(partitions, asset);
  });
  return [...first].map(([rule, asset]) => ({ rule, asset }));
}

const isRemoved = (f: Following, { asset, slice }: Request) =>
  f.assets[asset]!.partitions.removed(slice);

function evaluated(f: Following, { asset: place, slice, operands }: Request): Evaluation {
  const asset = f.assets[place]!;
  return evaluationOf(asset, partitionAt(asset, slice), explainBits(asset.when!, operands));
}

function targetOf(f: Following, { asset: place, slice, operands }: Request): Target {
  const asset = f.assets[place]!;
  const [reason] = whyTrue(explainBits(asset.when!, operands));
  const key = asset.partitions.keyAt(slice);
  return {
    asset,
    key,
    partition: partitionAt(asset, slice),
    reason: reason ?? "its condition holds",
  };
}

/** Looks once, from what is remembered. */
export const evaluate = (
  definitions: Definitions,
  ledger: ConditionLedger,
  now: Date,
): Promise<Submitted | undefined> => new Conditions(definitions, ledger).look(now);
