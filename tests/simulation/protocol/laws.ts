/** What holds in a ledger after every event, whatever was lost on the way. @module */
import type {
  MemoryState,
  RunNode,
  SliceNode,
  StepNode,
} from "../../../engine/ledger/memory_state.ts";

/** A law that does not hold. */
export class Broken extends Error {
  override readonly name = "Broken";
}

const ENDED = new Set(["success", "failed", "skipped", "cancelled"]);

/** Fails with a sentence unless it holds. */
export function must(holds: boolean, law: () => string): asserts holds {
  if (!holds) throw new Broken(law());
}

const nameOf = (s: StepNode) => `step ${s.run.id}/${s.index} ("${s.planned.asset}", ${s.state})`;

/** Looks at a ledger again and again, and remembers what it saw. */
export class Laws {
  readonly #state: MemoryState;
  /** Workers that were really given up as dead. */
  readonly #dead: ReadonlySet<string>;
  readonly #ended = new Map<StepNode, { readonly state: string; readonly attempts: number }>();
  readonly #over = new Map<RunNode, string>();
  readonly #made = new Set<string>();
  readonly #visible = new Map<SliceNode, bigint>();
  readonly #sent = new Set<string>();
  readonly #newest = new Map<string, number>();
  readonly #taken = new Map<string, number>();
  #facts = 0;
  #events = 0;

  constructor(state: MemoryState, dead: ReadonlySet<string>) {
    this.#state = state;
    this.#dead = dead;
  }

  /** Versions that were published. */
  get published(): number {
    return this.#made.size;
  }

  /** Looks at everything. @throws {Broken} If a law does not hold. */
  look(): void {
    let queued = 0;
    const running: StepNode[] = [];
    for (const run of this.#state.runs.values()) {
      let open = 0;
      for (const step of run.steps) {
        this.#step(step);
        if (!ENDED.has(step.state)) open++;
        if (step.state === "queued") queued++;
        if (step.state === "running") running.push(step);
      }
      this.#run(run, open);
    }
    const { ready } = this.#state;
    must(ready.length === queued, () => `${queued} steps are queued, ${ready.length} claimable`);
    for (const s of ready) must(s.state === "queued", () => `${nameOf(s)} can be claimed`);
    this.#workers(running);
    this.#pools(running);
    this.#jobs();
    this.#newFacts();
    this.#newEvents();
  }

  #step(step: StepNode): void {
    const { attempts, state } = step;
    const before = this.#ended.get(step);
    if (before !== undefined) {
      // Terminal is terminal.
      const isSame = before.state === state && before.attempts === attempts.length;
      return must(isSame, () => `${nameOf(step)} was ${before.state} before`);
    }
    const last = attempts.at(-1);
    let left = 0;
    for (const need of step.planned.needs) if (step.run.steps[need]!.state !== "success") left++;
    must(step.left === left, () => `${nameOf(step)} counts ${step.left} of ${left} needs`);
    must((last?.state === "running") === (state === "running"), () => `${nameOf(step)}: attempts`);
    must(state !== "queued" || left === 0, () => `${nameOf(step)} is queued too early`);
    must(last === undefined || left === 0, () => `${nameOf(step)} began before what it needs`);
    if (state === "waiting" && step.run.state === "running") {
      must(left > 0, () => `${nameOf(step)} is forgotten`);
    }
    if (!ENDED.has(state)) return;
    this.#ended.set(step, { state, attempts: attempts.length });
    if (state !== "failed" || last?.state !== "lost") return;
    const killed = attempts.filter((a) => a.state === "lost" && this.#dead.has(a.worker)).length;
    must(killed >= 3, () => `${nameOf(step)} was given up after ${killed} deaths`);
  }

  #run(run: RunNode, open: number): void {
    must(run.open === open, () => `run ${run.id} counts ${run.open} of ${open} open steps`);
    const isOver = ENDED.has(run.state);
    must(isOver || open > 0 || run.steps.length === 0, () => `run ${run.id} has not ended`);
    must(!isOver || open === 0 || run.state === "cancelled", () => `run ${run.id} ended early`);
    if (run.state === "success") {
      const all = run.steps.every((s) => s.state === "success");
      must(all, () => `run ${run.id} is a success of which not every step is one`);
    }
    const before = this.#over.get(run);
    must(before === undefined || before === run.state, () => `run ${run.id} was ${before}`);
    if (isOver) this.#over.set(run, run.state);
  }

  /** What runs is held by one living worker, and by nobody else; a slice is computed once at a time. */
  #workers(running: readonly StepNode[]): void {
    let held = 0;
    for (const worker of this.#state.workers.values()) {
      held += worker.held.size;
      must(
        worker.alive || worker.held.size === 0,
        () => `worker ${worker.record.id} is dead, holds`,
      );
    }
    must(held === running.length, () => `${held} steps are held, ${running.length} run`);
    for (const step of running) {
      const worker = this.#state.workers.get(step.attempts.at(-1)!.worker);
      must(worker?.held.has(step) === true, () => `${nameOf(step)} is not its worker's`);
      must(step.slice.running === step, () => `the slice of ${nameOf(step)} is computed twice`);
    }
  }

  /** Slots that are taken are those of what runs; more than there are only after some were taken away. */
  #pools(running: readonly StepNode[]): void {
    for (const [name, { slots }] of this.#state.pools) {
      let taken = 0;
      for (const step of running) taken += step.planned.pools[name] ?? 0;
      const before = this.#taken.get(name) ?? 0;
      must(taken <= Math.max(slots, before), () => `${taken} of ${slots} slots of "${name}" taken`);
      this.#taken.set(name, taken);
    }
  }

  #jobs(): void {
    for (const [name, job] of this.#state.jobs) {
      let running = 0;
      for (const r of this.#state.runs.values()) {
        if (r.submission.job === name && r.state === "running") running++;
      }
      must(job.running === running, () => `job "${name}" counts ${job.running} of ${running} runs`);
      const most = job.queued[0]?.submission.maxActiveRuns ?? 0;
      must(running >= most, () => `a run of job "${name}" waits for nobody`);
    }
  }

  /** A version is published once, and none is followed by an older one. */
  #newFacts(): void {
    const { facts } = this.#state;
    for (; this.#facts < facts.length; this.#facts++) {
      const fact = facts[this.#facts]!;
      if (fact.kind !== "materialized") continue;
      const step = `${fact.run}/${fact.step}`;
      must(!this.#made.has(step), () => `step ${step} was published twice`);
      this.#made.add(step);
    }
    for (const slice of this.#state.slices.values()) {
      if (slice.visible === null) continue;
      const { version } = slice.visible;
      const before = this.#visible.get(slice) ?? 0n;
      must(version >= before, () => `"${slice.asset}" went back from ${before} to ${version}`);
      if (version > before) this.#visible.set(slice, version);
    }
  }

  /** An event leaves once, and in the order of the versions within its key. */
  #newEvents(): void {
    const { outbox } = this.#state;
    for (; this.#events < outbox.length; this.#events++) {
      const { eventId, key, payload } = outbox[this.#events]!;
      const { step, version } = payload as { readonly step: string; readonly version: number };
      must(!this.#sent.has(`${eventId}`) && !this.#sent.has(step), () => `${step} was told twice`);
      this.#sent.add(`${eventId}`).add(step);
      const before = this.#newest.get(key) ?? 0;
      must(version > before, () => `"${key}": ${version} was told after ${before}`);
      this.#newest.set(key, version);
    }
  }

  /** What must hold when nothing goes wrong any more. */
  end(): void {
    for (const run of this.#state.runs.values()) {
      must(ENDED.has(run.state), () => `run ${run.id} never ended: it is ${run.state}`);
      for (const step of run.steps) {
        must(ENDED.has(step.state), () => `${nameOf(step)} was lost`);
        const isMade = this.#made.has(`${run.id}/${step.index}`);
        must(isMade === (step.state === "success"), () => `${nameOf(step)}: published ${isMade}`);
      }
    }
    must(this.#events === this.#made.size, () => `${this.#events} events of ${this.#made.size}`);
    for (const [name, taken] of this.#taken) {
      must(taken === 0, () => `${taken} slots of "${name}" are lost`);
    }
  }
}
