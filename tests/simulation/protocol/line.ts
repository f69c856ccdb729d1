/** A line to the ledger on which calls and answers are delayed, lost and delivered twice. @module */
import type { Dice } from "../../engine/ledger/dice.ts";
import type { Agenda } from "../agenda.ts";

/** What a line does to calls, each in percent. */
export interface Weather {
  /** The call never arrives. */
  readonly lostCall: number;
  /** The call is done, its answer never arrives. */
  readonly lostAnswer: number;
  /** The call is done twice. */
  readonly twice: number;
  /** Milliseconds on the way at most. */
  readonly delay: number;
}

/** Nothing is lost, and all is quick. */
export const FAIR: Weather = { lostCall: 0, lostAnswer: 0, twice: 0, delay: 3 };

/** What is asked of the ledger, and who hears the answer. */
export interface Call<T> {
  readonly what: string;
  ask(): Promise<T>;
  /** The answer has arrived. */
  then(answer: T): void;
  /** No answer will arrive: it is not known whether the call was done. */
  failed(): void;
}

/** Sends a call. `look` is told after it was done in the ledger. */
export function send<T>(
  o: {
    readonly agenda: Agenda;
    readonly dice: Dice;
    readonly weather: Weather;
    look(what: string): void;
  },
  call: Call<T>,
): void {
  const { agenda, dice, weather } = o;
  const some = () => dice.below(weather.delay + 1);
  const fate = dice.below(100);
  const { lostCall, lostAnswer, twice } = weather;
  if (fate < lostCall) return agenda.after(some() + 5, () => call.failed());
  const isLost = fate < lostCall + lostAnswer;
  const isTwice = !isLost && fate < lostCall + lostAnswer + twice;
  const hears = isTwice ? dice.below(2) : 0;
  const deliver = async (time: number) => {
    const answer = await call.ask();
    o.look(call.what);
    if (isLost) agenda.after(some() + 5, () => call.failed());
    else if (time === hears) agenda.after(some(), () => call.then(answer));
  };
  const first = some();
  agenda.after(first, () => deliver(0));
  if (isTwice) agenda.after(first + some() + 1, () => deliver(1));
}
