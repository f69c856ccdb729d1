/** The real loops of workers and servers in virtual time. @module */
import { type Definitions, type Ledger, lender, nextTick, type WorkerOptions } from "engine";
import { memoryOn } from "../../../engine/ledger/memory.ts";
import { emptyState, type MemoryState } from "../../../engine/ledger/memory_state.ts";
import { type LoopOptions, loops } from "../../../engine/run/loops.ts";
import { work } from "../../../engine/run/worker.ts";
import { submissionOf } from "../../../engine/decide/submission.ts";
import { type Dice, dice } from "../../engine/ledger/dice.ts";
import { Laws, must } from "../protocol/laws.ts";
import { FAIR, type Weather } from "../protocol/line.ts";
import { faultyLedger } from "./faulty_ledger.ts";
import { projectOf } from "./project.ts";
import { type Process, SimTime } from "./sim_time.ts";

/** The loops under test: as they are, or with a bug planted. */
export interface LoopSubject {
  work(options: WorkerOptions): Promise<void>;
  loops(options: LoopOptions): Promise<void>;
}

/** The loops as they are shipped. */
export const SHIPPED: LoopSubject = { work, loops };

/** A pretended process that works or serves. */
interface Running extends Process {
  readonly stop: AbortController;
  joined: string;
  isOver: boolean;
  /** Steps whose code runs in it. */
  busy: number;
}

/** Virtual milliseconds of trouble, of peace at most, of silence that is death, of a sign of life. */
const TROUBLE = 60_000;
const PEACE = 600_000;
const SILENT = 6_000;
const BEAT = 2_000;
const SLOTS = 2;
/** An ordinary day, and the two days on which the clocks of Berlin change, just before they do. */
const DAYS = ["2025-01-27T06:00:00Z", "2025-03-30T00:59:30Z", "2025-10-26T00:59:30Z"] as const;

/** What a history came to. */
export interface LoopPast {
  readonly lines: readonly string[];
  readonly published: number;
  readonly lost: number;
  readonly ticks: number;
}

/** A world of real loops; all that is random comes from its seed. */
export class LoopWorld {
  /** What happened so far. */
  readonly lines: string[] = [];
  readonly #subject: LoopSubject;
  readonly #dice: Dice;
  readonly #from: Date;
  readonly #dead = new Set<string>();
  readonly #lender = lender(() => "");
  #time!: SimTime;
  #state!: MemoryState;
  #laws!: Laws;
  #ledger!: Ledger;
  #definitions!: Definitions;
  #weather: Weather;
  #clock = 0;
  #names = 0;
  #isCalm = false;
  /** Facts that were looked at, and who ran more than it had slots for. */
  #seen = 0;
  #crowded = "";
  #running: Running[] = [];

  constructor(seed: number, subject: LoopSubject = SHIPPED) {
    this.#subject = subject;
    this.#dice = dice(seed);
    this.#from = new Date(DAYS[seed % DAYS.length]!);
    const percent = () => this.#dice.below(8);
    const weather = { lostCall: percent(), lostAnswer: percent(), twice: percent() };
    this.#weather = { ...weather, delay: this.#dice.pick([5, 100, 900]) };
  }

  /** Leads the world to its end. @throws {Broken} If a law does not hold. */
  async live(): Promise<LoopPast> {
    using time = new SimTime(this.#from, this.#dice);
    this.#time = time;
    this.#state = emptyState(() => new Date(time.true() + this.#clock));
    this.#ledger = memoryOn(this.#state);
    this.#laws = new Laws(this.#state, this.#dead);
    this.#definitions = this.#project();
    await this.#ledger.declarePools({ gpu: 2 });
    for (let i = 0; i < 2; i++) this.#serve();
    for (let i = 0; i < 3; i++) this.#work();
    this.#mischief();
    try {
      while (time.agenda.now < TROUBLE) await time.next();
      await this.#peace();
      this.#laws.end();
      this.#ticksHold();
      await this.#stop();
    } finally {
      for (const r of this.#running) r.isDead = true;
    }
    const steps = [...this.#state.runs.values()].flatMap((r) => r.steps);
    const lost = steps.flatMap((s) => s.attempts).filter((a) => a.state === "lost").length;
    const ticks = [...this.#state.runs.values()].filter((r) => r.submission.job === "often").length;
    return { lines: this.lines, published: this.#laws.published, lost, ticks };
  }

  /** Everybody lives and hears; runs that go on for ever are cancelled; all that is asked for ends. */
  async #peace(): Promise<void> {
    this.#isCalm = true;
    this.#weather = FAIR;
    this.#clock = 0;
    for (const r of this.#running) Object.assign(r, { frozenUntil: 0, clock: 0 });
    await this.#ledger.setPool("gpu", null, "test");
    for (const run of this.#state.runs.values()) {
      if (run.submission.title === "endless") await this.#ledger.cancel(run.id, "test");
    }
    const now = () => this.#time.agenda.now;
    // Schedules never rest: what was asked for by now must end, and then a moment without news.
    const open = () => [...this.#state.runs.values()].some((r) => r.endedAt === null);
    const held = () => [...this.#state.workers.values()].some((w) => w.held.size > 0);
    while (now() < TROUBLE + PEACE && (now() < TROUBLE + 3 * SILENT || open() || held())) {
      await this.#time.next();
    }
    const alive = [...this.#state.workers.values()].filter((w) => w.alive).map((w) => w.record.id);
    for (const r of this.#running.filter((r) => r.name.startsWith("worker"))) {
      must(alive.includes(r.joined), () => `${r.name} lives and works for nobody`);
    }
  }

  /** Every process that is asked to end ends. */
  async #stop(): Promise<void> {
    for (const r of this.#running) r.stop.abort();
    const end = this.#time.agenda.now + 60_000;
    const isOver = () => this.#running.every((r) => r.isOver);
    while (this.#time.agenda.now < end && !isOver()) await this.#time.next();
    for (const r of this.#running) must(r.isOver, () => `${r.name} does not end`);
    const left = [...this.#state.workers.values()].filter((w) => w.alive);
    must(left.length === 0, () => `${left.length} workers did not say goodbye`);
  }

  /** The ticks that were acted upon are all there were, from the first on, each one once. */
  #ticksHold(): void {
    const runs = [...this.#state.runs.values()].filter((r) => r.submission.job === "often");
    const at = runs.map((r) => Date.parse(r.submission.key!.replace("schedule:often:", "")));
    const sorted = [...at].sort((x, y) => x - y);
    sorted.forEach((tick, i) => {
      const before = sorted[i - 1] ?? tick - 20_000;
      const text = () =>
        `tick ${new Date(tick).toISOString()} after ${new Date(before).toISOString()}`;
      must(tick - before === 20_000, text);
    });
  }

  #project(): Definitions {
    const here = () => this.#running.find((r) => this.#time.isIn(r))!;
    return projectOf({
      ms: () => this.#dice.pick([1, 200, 2_000, 7_000]),
      fails: () => this.#dice.below(8) === 0,
      begun: () => {
        const running = here();
        running.busy++;
        // Thrown here it would be an error of the step.
        if (running.busy > SLOTS) {
          this.#crowded = `${running.name} runs ${running.busy} steps at once`;
        }
      },
      over: () => void here().busy--,
    });
  }

  #start(name: string, run: (r: Running, ledger: Ledger) => Promise<void>): Running {
    const running: Running = {
      name: `${name} ${++this.#names}`,
      isDead: false,
      frozenUntil: 0,
      clock: 0,
      stop: new AbortController(),
      joined: "",
      isOver: false,
      busy: 0,
    };
    this.#running.push(running);
    const ledger = faultyLedger({
      time: this.#time,
      dice: this.#dice,
      process: running,
      ledger: this.#ledger,
      weather: () => this.#weather,
      look: (what) => this.#look(what),
    });
    this.#time.as(running, () => void run(running, ledger).then(() => running.isOver = true));
    return running;
  }

  #work(): void {
    this.#start("worker", (r, ledger) =>
      this.#subject.work({
        definitions: this.#definitions,
        ledger,
        lender: this.#lender,
        hello: { host: "h", pid: 1, queues: ["default"], slots: SLOTS },
        signal: r.stop.signal,
        heartbeatMs: BEAT,
        pollMs: 3_000,
        onJoined: (id) => r.joined = id,
      }));
  }

  #serve(): void {
    this.#start("server", (r, ledger) =>
      this.#subject.loops({
        definitions: this.#definitions,
        ledger,
        lender: this.#lender,
        next: nextTick,
        channels: [],
        schedules: true,
        signal: r.stop.signal,
        silentMs: SILENT,
        reapMs: 1_000,
        onTrouble: () => {},
      }));
  }

  #look(what: string): void {
    this.lines.push(`${String(this.#time.agenda.now).padStart(6)} ${what}`);
    const { facts } = this.#state;
    for (; this.#seen < facts.length; this.#seen++) {
      const { kind, state, data } = facts[this.#seen]!;
      const worker = (data as { readonly worker?: string } | null)?.worker;
      if (kind === "worker" && state === "lost") this.#dead.add(worker!);
    }
    must(this.#crowded === "", () => this.#crowded);
    this.#laws.look();
  }

  #mischief(): void {
    this.#time.after(undefined, this.#dice.below(4_000), () => {
      if (this.#isCalm || this.#time.agenda.now > TROUBLE) return;
      this.#oneMischief();
      this.#mischief();
    });
  }

  #oneMischief(): void {
    const victim = this.#dice.pick(this.#running);
    const log = (what: string) => this.#look(what);
    switch (this.#dice.below(8)) {
      case 0:
      case 1: {
        victim.isDead = true;
        this.#running = this.#running.filter((r) => r !== victim);
        const isSeen = victim.joined !== "" && this.#dice.below(2) === 0;
        if (isSeen) void this.#ledger.bury(victim.joined, "killed");
        if (victim.name.startsWith("worker")) this.#work();
        else this.#serve();
        return log(`${victim.name} is killed`);
      }
      case 2:
        victim.frozenUntil = this.#time.agenda.now + this.#dice.pick([1_000, SILENT + 4_000]);
        return log(`${victim.name} is stopped`);
      case 3:
        victim.clock = this.#dice.pick([-45_000, -300, 300, 45_000]);
        return log(`the clock of ${victim.name} jumps by ${victim.clock}`);
      case 4:
        this.#clock = this.#dice.pick([-2_000, 0, 2_000, SILENT + 1_000]);
        return log(`the clock of the ledger jumps by ${this.#clock}`);
      case 5: {
        const run = String(1 + this.#dice.below(this.#state.runs.size + 1));
        void this.#ledger.cancel(run, "ada");
        return log(`run ${run} is cancelled`);
      }
      case 6:
        void this.#ledger.setPool("gpu", this.#dice.pick([0, 1, 2, 3]), "ada");
        return log("the pool is set");
      default:
        // Some at once, so that there is more to do than room.
        for (let i = this.#dice.below(5); i >= 0; i--) {
          this.#ask(this.#dice.pick(["a", "b", "d", "e", "f", "g", "endless"]));
        }
    }
  }

  #ask(name: string): void {
    const asset = this.#definitions.asset(name);
    const target = { asset, key: undefined, partition: "", reason: "asked for" };
    const asking = { trigger: "ui", by: null, reason: "asked for", title: name } as const;
    const now = new Date(this.#time.true());
    void this.#ledger.submit(submissionOf(this.#definitions, [target], asking, now));
    this.#look(`"${name}" is asked for`);
  }
}
