/** A worker as the protocol sees it: what it asks when, what it knows, how it dies. @module */
import type { Ask } from "../../../engine/ledger/ledger.ts";
import type { Claimed, Outcome } from "../../../engine/ledger/records.ts";
import { type Call, send } from "./line.ts";
import type { World } from "./world.ts";

/** Milliseconds between signs of life, looks for work, and tries after a failure. */
const BEAT = 700;
const POLL = 900;
const AGAIN = 150;
/** Signs of life after which it says what it holds. */
const COMPARE = 3;
/** Milliseconds that an answer may be on its way. */
const ANSWER = 1_500;
const SLOTS = 3;

const tokenOf = (c: Pick<Claimed, "run" | "step" | "attempt">) => `${c.run}/${c.step}/${c.attempt}`;

/** Claims, runs, finishes; as the loop of `engine/run/worker.ts` does, without code to run. */
export class Hand {
  /** Its id in the ledger; empty until it has joined. */
  id = "";
  /** Whether its process is gone. */
  isDead = false;
  readonly #world: World;
  /** Until when it does nothing. */
  #frozen = 0;
  /** How often it began anew: what belongs to an earlier time is not heard. */
  #life = 0;
  #isLeaving = false;
  #isFinishing = false;
  #kept = 0;
  #knows = new Map<string, Claimed>();
  /** What has ended and is not told yet, and all that has ended. */
  #ended: Outcome[] = [];
  #over = new Set<string>();

  constructor(world: World) {
    this.#world = world;
    this.#join();
  }

  /** Kills its process: what is on the way still arrives, nobody hears the answer. */
  die(): void {
    this.isDead = true;
  }

  /** Stops its process for a while, as SIGSTOP does. */
  freeze(ms: number): void {
    this.#frozen = Math.max(this.#frozen, this.#world.agenda.now + ms);
  }

  /** Asks it to end: it says so to the ledger while steps may still run, whose results come too late then. */
  leave(): void {
    if (this.id === "" || this.#isLeaving) return;
    this.#isLeaving = true;
    const id = this.id;
    this.#call({
      what: `worker ${id} leaves`,
      ask: () => this.#world.ledger.leave(id),
      then: () => this.die(),
      failed: () => this.die(),
    });
  }

  get #room(): number {
    return this.#isLeaving ? 0 : Math.max(0, SLOTS - this.#knows.size - this.#kept);
  }

  #ask(room: number): Ask {
    return { worker: this.id, queues: ["default", "heavy"], room };
  }

  /** Hears only while it lives, is awake and is still the same. */
  #alive(act: () => void): () => void {
    const life = this.#life;
    const hear = () => {
      if (this.isDead || life !== this.#life) return;
      const { agenda } = this.#world;
      if (agenda.now < this.#frozen) agenda.after(this.#frozen - agenda.now, hear);
      else act();
    };
    return hear;
  }

  #after(ms: number, act: () => void): void {
    this.#world.agenda.after(ms, this.#alive(act));
  }

  #call<T>(call: Call<T>): void {
    let answer: T;
    const heard = this.#alive(() => call.then(answer));
    send(this.#world, {
      what: call.what,
      ask: call.ask,
      then: (given) => {
        answer = given;
        heard();
      },
      failed: this.#alive(() => call.failed()),
    });
  }

  #join(): void {
    this.#call({
      what: "a worker joins",
      ask: () => this.#world.ledger.join({ host: "h", pid: 1, queues: ["default"], slots: SLOTS }),
      then: (id) => {
        this.id = id;
        this.#beat(1);
        this.#turn();
      },
      failed: () => this.#after(AGAIN, () => this.#join()),
    });
  }

  #beat(count: number): void {
    const { ledger } = this.#world;
    const id = this.id;
    const next = () => this.#beat(count + 1);
    this.#after(BEAT, () => {
      this.#call({
        what: `worker ${id} lives`,
        ask: () => ledger.heartbeat(id),
        then: (isOurs) => isOurs ? next() : this.#giveUp(),
        failed: next,
      });
      if (this.#knows.size > 0) this.#stopRevoked();
      if (count % COMPARE === 0) this.#compare();
    });
  }

  #compare(): void {
    const [id, holding] = [this.id, [...this.#knows.keys()]];
    this.#call({
      what: `worker ${id} says that it holds ${holding.join(", ") || "nothing"}`,
      ask: () => this.#world.ledger.disown(id, holding, ANSWER),
      then: () => {},
      failed: () => {},
    });
  }

  #stopRevoked(): void {
    const id = this.id;
    this.#call({
      what: `worker ${id} asks what to stop`,
      ask: () => this.#world.ledger.revoked(id),
      then: (revoked) => {
        const error = { message: "stopped", causes: [], stack: null };
        for (const r of revoked) this.#end(r, { ...r, state: "cancelled", error });
      },
      failed: () => {},
    });
  }

  /** It was given up: it forgets all and joins under a new name. */
  #giveUp(): void {
    this.#life++;
    this.#knows.clear();
    this.#over.clear();
    this.#ended = [];
    this.#kept = 0;
    this.#isFinishing = false;
    this.id = "";
    this.#after(AGAIN, () => this.#join());
  }

  #turn(): void {
    const room = this.#room;
    if (room === 0) return this.#after(POLL, () => this.#turn());
    this.#kept += room;
    const ask = this.#ask(room);
    this.#call({
      what: `worker ${this.id} claims ${room}`,
      ask: () => this.#world.claim(ask),
      then: (claimed) => {
        this.#kept -= room;
        claimed.forEach((c) => this.#start(c));
        this.#after(POLL, () => this.#turn());
      },
      failed: () => {
        this.#kept -= room;
        this.#after(AGAIN, () => this.#turn());
      },
    });
  }

  #start(claimed: Claimed): void {
    this.#knows.set(tokenOf(claimed), claimed);
    this.#over.delete(tokenOf(claimed));
    const { outcome, ms } = this.#world.run(claimed);
    this.#after(ms, () => this.#end(claimed, outcome()));
  }

  /** An attempt ends once: by itself or because it was stopped. */
  #end(token: Pick<Claimed, "run" | "step" | "attempt">, outcome: Outcome): void {
    const text = tokenOf(token);
    if (!this.#knows.has(text) || this.#over.has(text)) return;
    this.#over.add(text);
    this.#ended.push(outcome);
    if (!this.#isFinishing) this.#finish();
  }

  #finish(): void {
    this.#isFinishing = true;
    const batch = this.#ended;
    this.#ended = [];
    const fresh = this.#room;
    this.#kept += fresh;
    const ask = { ...this.#ask(this.#isLeaving ? 0 : fresh + batch.length), more: true };
    this.#call({
      what: `worker ${this.id} ends ${batch.map(tokenOf).join(", ")}`,
      ask: () => this.#world.finish(batch, ask),
      then: ({ next }) => {
        this.#kept -= fresh;
        batch.forEach((o) => this.#knows.delete(tokenOf(o)));
        next.forEach((c) => this.#start(c));
        if (this.#ended.length > 0) this.#finish();
        else this.#isFinishing = false;
      },
      failed: () => {
        this.#kept -= fresh;
        this.#ended = [...batch, ...this.#ended];
        this.#after(AGAIN, () => this.#finish());
      },
    });
  }
}
