/** A ledger as a process sees it over a bad line. @module */
import type { Ledger, News } from "../../../engine/ledger/ledger.ts";
import { send } from "../protocol/line.ts";
import type { Weather } from "../protocol/line.ts";
import type { Dice } from "../../engine/ledger/dice.ts";
import type { Process, SimTime } from "./sim_time.ts";

/** What the line of a process is made of. */
export interface LineOptions {
  readonly time: SimTime;
  readonly dice: Dice;
  readonly process: Process;
  readonly ledger: Ledger;
  /** Of this moment. */
  weather(): Weather;
  /** Is told what was done in the ledger, and what came of it. */
  look(what: string): void;
}

/** The ledger of a process: each call takes time, and may be lost on its way there or back. */
export function faultyLedger(o: LineOptions): Ledger {
  const through = (method: string) => (...args: readonly unknown[]) =>
    new Promise((resolve, reject) => {
      const { agenda } = o.time;
      const call = o.ledger[method as keyof Ledger] as (
        ...a: readonly unknown[]
      ) => Promise<unknown>;
      const hear = (act: () => void) => o.time.after(o.process, 0, act);
      let error: unknown;
      send({ agenda, dice: o.dice, weather: o.weather(), look: o.look }, {
        what: `${o.process.name}: ${method}`,
        ask: () => call(...args).catch((e) => void (error = e)),
        then: (answer) => hear(() => error === undefined ? resolve(answer) : reject(error)),
        failed: () => hear(() => reject(new Error(`the line was cut during ${method}`))),
      });
    });
  const proxy = new Proxy(o.ledger, {
    get: (ledger, name) =>
      name === "news"
        ? (signal: AbortSignal) => news(o, signal)
        : typeof name === "string" && typeof ledger[name as keyof Ledger] === "function"
        ? through(name)
        : ledger[name as keyof Ledger],
  });
  return proxy;
}

/** News that take time; some are lost. */
async function* news(o: LineOptions, signal: AbortSignal): AsyncIterable<News> {
  for await (const one of o.ledger.news(signal)) {
    const { lostAnswer, delay } = o.weather();
    await new Promise<void>((heard) => o.time.after(o.process, 1 + o.dice.below(delay + 1), heard));
    if (o.dice.below(100) >= lostAnswer) yield one;
  }
}
