/**
 * A random history of a ledger, and what must hold after each of its moves. Uses the port alone, so
 * any ledger can be led through it.
 */
import { assert, assertEquals } from "@std/assert";
import type { Ledger } from "../../../engine/ledger/ledger.ts";
import type { Claimed, Outcome, PlannedStep } from "../../../engine/ledger/records.ts";
import {
  done,
  failed,
  id,
  plan,
  result,
  step,
  stopped,
  withheld,
} from "../../../engine/ledger/contract/subject.ts";
import { type Dice, dice } from "./dice.ts";
import { holds, type Picture, picture } from "./invariants.ts";

/** An attempt and who got it. */
interface Given {
  readonly worker: string;
  readonly claimed: Claimed;
}

/** What the walk knows by itself, beside the ledger. */
export interface Walk {
  readonly ledger: Ledger;
  readonly dice: Dice;
  readonly now: () => Date;
  /** Lets time pass for the ledger. */
  readonly pass: (ms: number) => Promise<void>;
  /** What may happen. */
  readonly moves: readonly string[];
  /** Living workers. */
  workers: string[];
  /** Every attempt that was ever given, with its worker. */
  readonly given: Given[];
  /** Running steps that were cancelled, `run/step`. */
  readonly stopped: Set<string>;
  /** Accepted outcomes. */
  readonly accepted: Set<string>;
  /** Accepted successes. */
  successes: number;
  seen: Picture;
}

const queues = ["default", "heavy"];
const kinds = ["success", "success", "success", "failed", "retry", "later", "withheld", "stopped"];

/** Leads a ledger through a history, checks it after each move, and lets it come to its end. */
export async function walk(
  subject: Pick<Walk, "ledger" | "now" | "pass">,
  seed: number,
  length = 60,
): Promise<Walk> {
  const world: Walk = {
    ...subject,
    dice: dice(seed),
    moves: seed % 5 === 0 ? deadly : calm,
    workers: [],
    given: [],
    stopped: new Set(),
    accepted: new Set(),
    successes: 0,
    seen: await picture(subject.ledger),
  };
  for (let i = 0; i < length; i++) {
    const move = await oneMove(world);
    world.seen = await holds(world, `seed ${seed}, move ${i}: ${move}`);
  }
  await comeToEnd(world);
  world.seen = await holds(world, `seed ${seed}, at the end`);
  return world;
}

/** One thing that may happen. Gives its name. */
async function oneMove(world: Walk): Promise<string> {
  const { ledger, dice, workers } = world;
  if (workers.length < 3) {
    workers.push(await ledger.join({ host: "h", pid: 1, queues, slots: 4 }));
    return "join";
  }
  const worker = dice.pick(workers);
  switch (dice.pick(world.moves)) {
    case "submit":
      await ledger.submit(randomPlan(world));
      return "submit";
    case "claim":
      keep(world, worker, await ledger.claim(randomAsk(world, worker)));
      return "claim";
    case "finish": {
      const isOpen = (g: Given) => g.worker === worker && !world.accepted.has(id(g.claimed));
      await finish(world, worker, world.given.filter(isOpen).slice(-4));
      return "finish";
    }
    case "late":
      // Whatever was ever given, by whomever: nearly all of it must be refused.
      await finish(world, worker, world.given);
      return "late";
    case "cancel": {
      const run = world.seen.runs.at(dice.below(Math.max(1, world.seen.runs.length)));
      if (run === undefined) return "nothing";
      const hadEnded = run.run.endedAt !== null;
      assertEquals(await ledger.cancel(run.run.id, "walker"), !hadEnded);
      return "cancel";
    }
    case "cancel step": {
      const run = world.seen.runs.at(dice.below(Math.max(1, world.seen.runs.length)));
      if (run === undefined) return "nothing";
      const of = run.steps[dice.below(run.steps.length)]!;
      const at = { run: run.run.id, step: of.step };
      const isOpen = of.endedAt === null && !world.stopped.has(`${at.run}/${at.step}`) &&
        run.run.endedAt === null;
      assertEquals(await ledger.cancelStep(at, "walker"), isOpen);
      if (of.state === "running") world.stopped.add(`${at.run}/${at.step}`);
      return "cancel step";
    }
    case "bury":
      await ledger.bury(worker, "killed");
      world.workers = workers.filter((w) => w !== worker);
      return "bury";
    case "leave":
      await ledger.leave(worker);
      world.workers = workers.filter((w) => w !== worker);
      return "leave";
    default:
      await world.pass(dice.below(20));
      return "wait";
  }
}

const times = (n: number, move: string) => Array.from({ length: n }, () => move);
const common = [
  ...times(5, "claim"),
  "submit",
  "late",
  "cancel",
  "cancel step",
  "bury",
  "leave",
  "wait",
];
/** How often each move is made: in a calm history, and in one of workers that die a lot. */
const calm = [...common, ...times(6, "finish"), ...times(2, "submit"), "late", "wait"];
const deadly = [...common, "finish", ...times(4, "bury")];

/** A run with a random graph over few slices, so that runs meet on them. */
function randomPlan({ dice }: Walk) {
  const steps: PlannedStep[] = [];
  for (let i = dice.below(7); i >= 0; i--) {
    const needs = steps.map((_, index) => index).filter(() => dice.below(3) === 0);
    steps.push(step(dice.pick(["a", "b", "c", "d"]), {
      partition: dice.pick(["", "p"]),
      needs,
      queue: dice.pick(["default", "default", "heavy"]),
      priority: dice.below(3),
    }));
  }
  const job = dice.pick([null, "one", "two"]);
  return plan(steps, {
    job,
    maxActiveRuns: job === null ? Infinity : job === "one" ? 1 : 2,
    key: dice.pick([null, null, `key ${dice.below(5)}`]),
    priority: dice.below(2),
  });
}

function randomAsk({ dice }: Walk, worker: string) {
  const taken = dice.pick([queues, queues, ["default"], ["heavy"]]);
  return { worker, queues: taken, room: dice.below(4) };
}

/** Ends some of the attempts, also such as ended before, and compares what was accepted with the rule. */
async function finish(world: Walk, worker: string, among: readonly Given[]): Promise<void> {
  const { dice, ledger, seen } = world;
  const some = Array.from({ length: dice.below(4) }, () => among.length ? dice.pick(among) : null);
  // One outcome of an attempt in a batch: no worker ends what it ran in two ways at once.
  const outcomes = [...new Set(some)].filter((given) => given !== null)
    .map(({ claimed }) => ({ claimed, outcome: randomOutcome(world, claimed) }));
  const expected: string[] = [];
  for (const { claimed, outcome } of outcomes) {
    const { run, steps } = seen.runs.find((r) => r.run.id === claimed.run)!;
    const last = steps[claimed.step]!.attempts.at(-1)!;
    const isTheirs = last.state === "running" && last.worker === worker &&
      last.attempt === claimed.attempt;
    if (!isTheirs) continue;
    const isStopped = run.state === "cancelled" ||
      world.stopped.has(`${claimed.run}/${claimed.step}`);
    if (isStopped && outcome.state === "success") continue;
    expected.push(id(claimed));
    if (outcome.state === "success") world.successes++;
  }
  const ask = randomAsk(world, worker);
  const { accepted, next } = await ledger.finish(outcomes.map((o) => o.outcome), ask);
  assertEquals([...accepted].sort(), expected.sort());
  assert(next.length <= ask.room, "no more is handed on than there is room for");
  for (const token of accepted) {
    assert(!world.accepted.has(token), `${token} was accepted twice`);
    world.accepted.add(token);
  }
  keep(world, worker, next);
}

function randomOutcome({ dice, now }: Walk, claimed: Claimed): Outcome {
  switch (dice.pick(kinds)) {
    case "failed":
      return failed(claimed);
    case "retry":
      return failed(claimed, "again", now());
    case "later":
      return failed(claimed, "later", new Date(now().getTime() + 15));
    case "withheld":
      return withheld(claimed, result());
    case "stopped":
      return stopped(claimed);
    default:
      return done(claimed, { events: [{ topic: "t", key: claimed.asset, payload: null }] });
  }
}

/** Remembers what was given, and that it was never given before. */
function keep(world: Walk, worker: string, claimed: readonly Claimed[]): void {
  const newest = world.given.reduce(
    (max, g) => g.claimed.version > max ? g.claimed.version : max,
    0n,
  );
  for (const one of claimed) {
    assert(one.version > newest, `version ${one.version} is not newer than ${newest}`);
    world.given.push({ worker, claimed: one });
  }
}

/** Lets all living workers end what they hold and one of them do the rest. */
async function comeToEnd(world: Walk): Promise<void> {
  const { ledger } = world;
  for (const worker of world.workers) await ledger.leave(worker);
  const last = await ledger.join({ host: "h", pid: 1, queues, slots: 4 });
  world.workers = [last];
  await world.pass(20);
  const ask = { worker: last, queues, room: 100 };
  let claimed = await ledger.claim(ask);
  while (claimed.length > 0) {
    const { accepted, next } = await ledger.finish(claimed.map((c) => done(c)), ask);
    assertEquals(accepted.length, claimed.length);
    world.successes += accepted.length;
    claimed = next.length > 0 ? next : await ledger.claim(ask);
  }
  const { queued, running } = await ledger.runCounts();
  assertEquals([queued, running], [0, 0], "every run ends");
}
