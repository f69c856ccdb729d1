/**
 * The training tables: every label with the inputs that were known when it would have been
 * predicted.
 *
 * Predictions are made at midnight UTC for the 24 hours that follow. A label is therefore given
 * the user's state at the UTC midnight before its own instant: exactly what a prediction of it
 * would have seen, and never anything that became known later.
 *
 * @module
 */
import type { Frame } from "../../ml/mod.ts";
import { DAY, instantOf, localDay, utcMidnight } from "./calendar.ts";
import { ratedAt } from "./daily_sums.ts";
import { type History, KIND, type User } from "./history.ts";
import { inputsOf, type ModelName, type Row } from "./model_inputs.ts";
import { nightsOf } from "./sleeps.ts";
import { comingNight, stateAt, type UserState } from "./user_state.ts";

/** A value to learn. */
export interface Label {
  /** The moment it belongs to: of the rating, the beginning of the day, of the night. */
  readonly at: number;
  /** When all of it was known. */
  readonly known: number;
  /** 1–10. */
  readonly value: number;
}

/** The names of the columns that stand beside the inputs. */
export const LABEL_COLUMNS = ["label", "last", "user", "at", "cutoff"] as const;

/** Energy: one label for each rated event. */
export function energyLabels(history: History, user: User): Label[] {
  const { energy, known } = history.events;
  const labels: Label[] = [];
  for (let i = user.from; i < user.to; i++) {
    if (Number.isNaN(energy[i]!)) continue;
    labels.push({ at: ratedAt(history.events, i), known: known[i]!, value: energy[i]! });
  }
  return labels;
}

/** Mood: the mean of what was rated on each local day. */
export function moodLabels(history: History, user: User): Label[] {
  const { mood, known, ended } = history.events;
  const days = new Map<number, { sum: number; count: number; known: number }>();
  for (let i = user.from; i < user.to; i++) {
    if (Number.isNaN(mood[i]!)) continue;
    const day = localDay(user.zone, ended[i]!);
    const before = days.get(day) ?? { sum: 0, count: 0, known: 0 };
    days.set(day, {
      sum: before.sum + mood[i]!,
      count: before.count + 1,
      known: Math.max(before.known, known[i]!),
    });
  }
  return [...days].map(([day, { sum, count, known }]) => ({
    at: instantOf(user.zone, day, 0),
    // Until the day is over one more rating may come.
    known: Math.max(known, instantOf(user.zone, day + 1, 0)),
    value: sum / count,
  }));
}

/** Sleep quality: the rated quality of each night, the first of those that begin on one UTC day. */
export function sleepQualityLabels(history: History, user: User): Label[] {
  const nights = new Map<number, Label>();
  for (const night of ratedNights(history, user)) {
    const day = utcMidnight(night.at);
    const before = nights.get(day);
    if (!before || night.at < before.at) nights.set(day, night);
  }
  return [...nights.values()];
}

function ratedNights(history: History, user: User): Label[] {
  const { kind, started, ended, known, quality } = history.events;
  const sleeps: number[] = [];
  for (let i = user.from; i < user.to; i++) {
    if (kind[i] === KIND.sleep && ended[i]! - started[i]! <= DAY) sleeps.push(i);
  }
  const nights = nightsOf(sleeps.map((i) => [started[i]!, ended[i]!]));
  return sleeps.flatMap((i) => {
    const night = nights.find(([start, end]) => started[i]! >= start && ended[i]! <= end);
    if (Number.isNaN(quality[i]!) || !night) return [];
    return [{ at: night[0], known: known[i]!, value: quality[i]! }];
  });
}

const labelsOf: { readonly [model in ModelName]: (h: History, u: User) => Label[] } = {
  energy: energyLabels,
  mood: moodLabels,
  sleep_quality: sleepQualityLabels,
};

/** The moment a model is asked about when the label at `at` is to be predicted from `state`. */
function askedAt(model: ModelName, state: UserState, at: number): number {
  // When a night will really begin is not known beforehand: the expected hour is asked for.
  return model === "sleep_quality" ? comingNight(state) : at;
}

/** What is taken from the history. */
export interface TableSpan {
  /** The first instant of labels: what is older only serves as history. */
  readonly from: number;
  /** The as-of instant: labels that were not known before it are left out. */
  readonly to: number;
}

/** The training tables of all models. O(users × days) states, shared by the models. */
export function trainingTables(
  history: History,
  span: TableSpan,
): { readonly [model in ModelName]: Frame } {
  const tables = { energy: new Rows(), mood: new Rows(), sleep_quality: new Rows() };
  for (const [index, user] of history.users.entries()) {
    const states = new Map<number, UserState>();
    for (const model of Object.keys(tables) as ModelName[]) {
      const labels = labelsOf[model](history, user)
        .filter((label) => label.known < span.to)
        .sort((a, b) => a.known - b.known);
      for (const label of labels) {
        if (label.at < span.from) continue;
        const cutoff = utcMidnight(label.at);
        let state = states.get(cutoff);
        if (!state) states.set(cutoff, state = stateAt(history, user, cutoff));
        tables[model].add(inputsOf[model](state, askedAt(model, state, label.at)), {
          label: label.value,
          last: lastKnown(labels, cutoff),
          user: index,
          at: label.at,
          cutoff,
        });
      }
    }
  }
  return {
    energy: tables.energy.frame(),
    mood: tables.mood.frame(),
    sleep_quality: tables.sleep_quality.frame(),
  };
}

/** The value of the newest label that was known before `cutoff`; `labels` are sorted by `known`. */
function lastKnown(labels: readonly Label[], cutoff: number): number {
  let low = 0;
  let high = labels.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (labels[middle]!.known < cutoff) low = middle + 1;
    else high = middle;
  }
  return labels[low - 1]?.value ?? NaN;
}

/** Rows on their way to becoming columns. */
class Rows {
  #columns = new Map<string, number[]>();
  #count = 0;

  add(inputs: Row, beside: Row): void {
    for (const [name, value] of Object.entries(inputs)) this.#push(name, value);
    for (const [name, value] of Object.entries(beside)) this.#push(name, value);
    this.#count++;
  }

  #push(name: string, value: number): void {
    const column = this.#columns.get(name);
    if (column) column.push(value);
    else this.#columns.set(name, [value]);
  }

  frame(): Frame {
    const columns = [...this.#columns].map(([name, values]) => [name, typed(name, values)]);
    return { rows: this.#count, columns: Object.fromEntries(columns) };
  }
}

function typed(name: string, values: readonly number[]) {
  if (name === "user") return Int32Array.from(values);
  if (name === "at" || name === "cutoff") return Float64Array.from(values);
  return Float32Array.from(values);
}

/** Names of the inputs of a table, in order: every column that is not about the label. */
export function inputNames(table: Frame): readonly string[] {
  const beside: ReadonlySet<string> = new Set(LABEL_COLUMNS);
  return Object.keys(table.columns).filter((name) => !beside.has(name));
}
