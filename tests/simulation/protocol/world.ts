/** One history: a ledger, workers that come and go, bad lines, a clock that jumps. @module */
import { done, failed, id, plan, step } from "../../../engine/ledger/contract/subject.ts";
import type { Ask, Ledger } from "../../../engine/ledger/ledger.ts";
import type { MemoryState } from "../../../engine/ledger/memory_state.ts";
import type { Claimed, Finished, Outcome, Submission } from "../../../engine/ledger/records.ts";
import { type Dice, dice } from "../../engine/ledger/dice.ts";
import { Agenda } from "../agenda.ts";
import { Hand } from "./hand.ts";
import { Laws, must } from "./laws.ts";
import { FAIR, type Weather } from "./line.ts";
import type { Subject } from "./subject.ts";

/** Milliseconds of trouble, of peace after it at most, and of silence after which a worker is given up. */
const TROUBLE = 6_000;
const PEACE = 120_000;
const SILENT = 2_000;

/** What a history came to. */
export interface Past {
  readonly events: number;
  readonly published: number;
  readonly refused: number;
  readonly lost: number;
  readonly lines: readonly string[];
}

/** A world in virtual time; all that is random comes from its seed. */
export class World {
  readonly agenda = new Agenda();
  readonly dice: Dice;
  readonly ledger: Ledger;
  weather: Weather;
  readonly #state: MemoryState;
  readonly #laws: Laws;
  readonly #dead = new Set<string>();
  #hands: Hand[] = [];
  #clock = Date.parse("2025-01-27T06:00:00Z");
  #ticks = 0;
  readonly #past = { events: 0, refused: 0, lines: [] as string[] };
  readonly #isTold: boolean;

  constructor(subject: Subject, seed: number, isTold: boolean) {
    this.dice = dice(seed);
    this.#isTold = isTold;
    this.#state = subject.emptyState(() => new Date(this.#clock + this.agenda.now));
    this.ledger = subject.memoryOn(this.#state);
    this.#laws = new Laws(this.#state, this.#dead);
    const percent = () => this.dice.below(12);
    const delay = this.dice.pick([5, 50, 400]);
    this.weather = { lostCall: percent(), lostAnswer: percent(), twice: percent(), delay };
  }

  /** What happened so far, if it is told. */
  get lines(): readonly string[] {
    return this.#past.lines;
  }

  /** After something was done in the ledger. */
  look(what: string): void {
    this.#past.events++;
    if (this.#isTold) this.#past.lines.push(`${String(this.agenda.now).padStart(6)} ${what}`);
    this.#laws.look();
  }

  /** Leads the world to its end. */
  async live(): Promise<Past> {
    await this.ledger.declarePools({ gpu: 2, licence: 1 });
    for (let i = 2 + this.dice.below(2); i > 0; i--) this.#hands.push(new Hand(this));
    this.#reaper();
    this.#server(0);
    this.#server(1);
    this.#mischief();
    while (this.agenda.now < TROUBLE) await this.agenda.next();
    this.weather = FAIR;
    await this.ledger.setPool("gpu", null, "test");
    const isOver = () => [...this.#state.runs.values()].every((r) => r.endedAt !== null);
    while (this.agenda.now < TROUBLE + PEACE && !isOver()) await this.agenda.next();
    // Long enough for a cancelled step to be heard of, and for a duplicate to arrive.
    const end = this.agenda.now + 4 * SILENT;
    while (this.agenda.now < end) await this.agenda.next();
    this.#laws.end();
    must((this.#state.cursors.get("schedule:s")?.revision ?? 0) === this.#ticks, () => "cursor");
    const steps = [...this.#state.runs.values()].flatMap((r) => r.steps);
    const lost = steps.flatMap((s) => s.attempts).filter((a) => a.state === "lost").length;
    return { ...this.#past, published: this.#laws.published, lost };
  }

  /** Claims, and looks at what was given. */
  async claim(ask: Ask): Promise<readonly Claimed[]> {
    const claimed = await this.ledger.claim(ask);
    this.#given(ask, claimed);
    return claimed;
  }

  #given(ask: Ask, claimed: readonly Claimed[]): void {
    must(claimed.length <= ask.room, () => `${claimed.length} steps for room of ${ask.room}`);
    const isGone = this.#state.workers.get(ask.worker)?.alive !== true;
    must(!isGone || claimed.length === 0, () => `worker ${ask.worker} is gone and was given steps`);
    for (const c of claimed) {
      const { attempts } = this.#state.runs.get(c.run)!.steps[c.step]!;
      const failures = attempts.filter((a) => a.state === "failed").length;
      must(c.failures === failures, () => `${id(c)} counts ${c.failures} failures of ${failures}`);
    }
  }

  /** Finishes, and compares what was accepted with whose the attempts were. */
  async finish(outcomes: readonly Outcome[], ask: Ask): Promise<Finished> {
    const theirs = outcomes.filter((o) => {
      const run = this.#state.runs.get(o.run)!;
      const last = run.steps[o.step]!.attempts.at(-1)!;
      const isTheirs = last.state === "running" && last.attempt === o.attempt &&
        last.worker === ask.worker;
      return isTheirs && !(run.state === "cancelled" && o.state === "success");
    });
    const answer = await this.ledger.finish(outcomes, ask);
    const [expected, accepted] = [
      theirs.map((o) => `${o.run}/${o.step}/${o.attempt}`),
      answer.accepted,
    ]
      .map((tokens) => [...tokens].sort().join(", "));
    must(accepted === expected, () => `"${accepted}" was accepted instead of "${expected}"`);
    this.#past.refused += outcomes.length - answer.accepted.length;
    this.#given(ask, answer.next);
    return answer;
  }

  /** What the code of a step does: how long it takes and how it ends. */
  run(c: Claimed): { readonly ms: number; outcome(): Outcome } {
    const kind = this.dice.below(20);
    const payload = { step: `${c.run}/${c.step}`, version: Number(c.version) };
    const events = [{ topic: "t", key: `${c.asset} ${c.partition}`, payload }];
    const again = (ms: number) => new Date(this.#clock + this.agenda.now + ms);
    const outcome = () => {
      if (kind === 0) return failed(c);
      if (kind < 4) return failed(c, "again", again(this.dice.below(600)));
      return done(c, { events });
    };
    return { ms: this.dice.pick([1, 20, 200, 900]), outcome };
  }

  /** Gives up who is silent. */
  #reaper(): void {
    this.agenda.after(700, async () => {
      const gone = this.#state.workers.values().filter((w) => w.alive).toArray();
      await this.ledger.reap(SILENT);
      for (const w of gone) if (!w.alive) this.#dead.add(w.record.id);
      this.look("the silent are given up");
      this.#reaper();
    });
  }

  /** Two of them act on the same ticks, from cursors that may have moved since. */
  #server(which: number): void {
    this.agenda.after(500 + this.dice.below(700), async () => {
      if (this.agenda.now > TROUBLE) return;
      const [cursor] = await this.ledger.cursors("schedule:");
      this.agenda.after(this.dice.below(400), async () => {
        const revision = cursor?.revision ?? 0;
        const moved = await this.ledger.advance({
          name: "schedule:s",
          revision,
          value: revision + 1,
          result: "requested",
          outcome: "requested",
          submissions: [this.#plan(null)],
        });
        if (moved !== undefined) this.#ticks++;
        must(this.#ticks === revision + 1 || moved === undefined, () => `tick ${revision} twice`);
        this.look(`server ${which} acts on tick ${revision}: ${moved?.[0]?.run ?? "too late"}`);
        this.#server(which);
      });
    });
  }

  #plan(key: string | null): Submission {
    const { dice } = this;
    const steps = Array.from(
      { length: 1 + dice.below(5) },
      (_, i) =>
        step(dice.pick(["a", "b", "c", "d"]), {
          partition: dice.pick(["", "p"]),
          needs: Array.from({ length: i }, (_, n) => n).filter(() => dice.below(3) === 0),
          queue: dice.pick(["default", "heavy"]),
          priority: dice.below(2),
          pools: dice.pick([{}, {}, { gpu: 1 }, { gpu: 2 }, { gpu: 1, licence: 1 }]),
        }),
    );
    const job = dice.pick([null, null, "one", "two"]);
    const maxActiveRuns = job === null ? Infinity : job === "one" ? 1 : 2;
    return plan(steps, { key, job, maxActiveRuns });
  }

  /** What goes wrong, and what people do. */
  #mischief(): void {
    this.agenda.after(this.dice.below(500), async () => {
      if (this.agenda.now > TROUBLE) return;
      const what = await this.#oneMischief();
      if (what !== undefined) this.look(what);
      this.#mischief();
    });
  }

  async #oneMischief(): Promise<string | undefined> {
    const { dice, ledger } = this;
    const hand = dice.pick(this.#hands);
    switch (dice.below(9)) {
      case 0:
      case 1: {
        // Known at once, by the supervisor, or found out by its silence.
        hand.die();
        const isSeen = dice.below(2) === 0 && hand.id !== "";
        if (isSeen) this.#dead.add(hand.id);
        if (isSeen) await ledger.bury(hand.id, "killed");
        this.#replace(hand);
        return `worker ${hand.id} is killed${isSeen ? " and buried" : ""}`;
      }
      case 2:
        hand.freeze(dice.pick([500, SILENT + 1_500]));
        return `worker ${hand.id} is stopped`;
      case 3:
        hand.leave();
        this.#replace(hand);
        return undefined;
      case 4: {
        const run = String(1 + dice.below(this.#state.runs.size + 1));
        return `run ${run} is cancelled: ${await ledger.cancel(run, "ada")}`;
      }
      case 5:
        await ledger.setPool("gpu", dice.pick([0, 1, 2, 3]), "ada");
        return "the pool is set";
      case 6:
        this.#clock += dice.pick([-3_000, -400, 400, SILENT + 500]);
        return "the clock jumps";
      default: {
        const { run } = await ledger.submit(this.#plan(dice.pick([null, "k1", "k2"])));
        return `run ${run} is submitted`;
      }
    }
  }

  #replace(hand: Hand): void {
    this.#hands = this.#hands.filter((h) => h !== hand);
    this.#hands.push(new Hand(this));
  }
}
