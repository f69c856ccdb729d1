/** The port to an online feature store. @module */
import { checkValue, type FeatureValue, type FeatureValues, type FeatureView } from "./view.ts";

/** The newest values of one entity in one view. */
export interface OnlineRow {
  /** Value of the view's join key. */
  readonly entity: string;
  /** The instant that the values are as of, UTC; not before 1970. */
  readonly eventTime: Date;
  readonly values: FeatureValues;
}

/**
 * What is known of one feature of one entity: a value, a value known to be empty, nothing, or
 * only something older than the view's ttl.
 */
export type OnlineStatus = "PRESENT" | "NULL_VALUE" | "NOT_FOUND" | "OUTSIDE_MAX_AGE";

/** One feature of one entity, as read. */
export interface OnlineFeature {
  readonly value: FeatureValue;
  readonly status: OnlineStatus;
  /** `null` when nothing was ever written. */
  readonly eventTime: Date | null;
}

/** All asked features of one entity, under `view:feature`. */
export interface OnlineAnswer {
  readonly entity: string;
  readonly features: ReadonlyMap<string, OnlineFeature>;
}

/** How {@linkcode OnlineStore.write} treats what is already there. */
export interface OnlineWriteOptions {
  /**
   * Also replace rows of the same or a newer event time: for restatements. Without it a row is
   * written only if it is newer than what is there.
   */
  readonly overwrite?: boolean;
}

/** How many rows were written and how many were not newer than what was there. */
export interface OnlineWritten {
  readonly written: number;
  readonly skipped: number;
}

/** Newest feature values by entity, read in one round trip. */
export interface OnlineStore extends AsyncDisposable {
  /** For messages and the UI: "redis", "postgres", "memory". */
  readonly name: string;
  /** Writes rows of one view; row by row the newest event time wins, also between writers. */
  write(
    project: string,
    view: FeatureView,
    rows: readonly OnlineRow[],
    options?: OnlineWriteOptions,
  ): Promise<OnlineWritten>;
  /**
   * Reads every feature of `views` for every entity, in the order of `entities`. What is older
   * than its view's ttl at `now` is OUTSIDE_MAX_AGE and comes without a value.
   */
  read(
    project: string,
    views: readonly FeatureView[],
    entities: readonly string[],
    options: { readonly now: Date },
  ): Promise<OnlineAnswer[]>;
  /** Removes all that is known of entities (of the views' join key) in a project. */
  remove(project: string, entity: string, values: readonly string[]): Promise<void>;
}

/** What was stored of one view, before its age is judged. */
export interface StoredRow {
  readonly eventTime: Date;
  /** Value of a field; `undefined` if it was never written. */
  value(field: string): FeatureValue | undefined;
}

/** Turns what is stored into an answer: the one place where statuses are decided. */
export function answer(
  entity: string,
  views: readonly FeatureView[],
  stored: (view: FeatureView) => StoredRow | undefined,
  now: Date,
): OnlineAnswer {
  const features = new Map<string, OnlineFeature>();
  for (const view of views) {
    const row = stored(view);
    const tooOld = row !== undefined && view.ttl > 0 &&
      now.getTime() - row.eventTime.getTime() > view.ttl;
    for (const { name } of view.fields) {
      features.set(`${view.name}:${name}`, oneFeature(row, name, tooOld));
    }
  }
  return { entity, features };
}

function oneFeature(row: StoredRow | undefined, field: string, tooOld: boolean): OnlineFeature {
  const value = row?.value(field);
  if (row === undefined || value === undefined) {
    return { value: null, status: "NOT_FOUND", eventTime: row?.eventTime ?? null };
  }
  const { eventTime } = row;
  if (tooOld) return { value: null, status: "OUTSIDE_MAX_AGE", eventTime };
  return { value, status: value === null ? "NULL_VALUE" : "PRESENT", eventTime };
}

/**
 * Keeps the newest of rows of the same entity (the last of equals), so that one write never
 * competes with itself.
 * @throws {RangeError} If an event time is before 1970 or no time at all.
 */
export function newestRows(view: FeatureView, rows: readonly OnlineRow[]): OnlineRow[] {
  const newest = new Map<string, OnlineRow>();
  for (const row of rows) {
    const time = row.eventTime.getTime();
    if (!(time >= 0)) {
      throw new RangeError(
        `Cannot write view "${view.name}": event time of "${row.entity}" is ${time} ms, ` +
          `not an instant of 1970 or later`,
      );
    }
    const other = newest.get(row.entity);
    if (!other || other.eventTime.getTime() <= time) newest.set(row.entity, row);
  }
  return [...newest.values()];
}

/**
 * Refuses rows with values that the view cannot hold, before any of them is written.
 * @throws {TypeError} If a value does not fit its field, or belongs to none.
 */
export function checkRows(view: FeatureView, rows: readonly OnlineRow[]): void {
  const names = new Set(view.fields.map((field) => field.name));
  for (const { entity, values } of rows) {
    for (const field of view.fields) checkValue(view, field, values[field.name] ?? null);
    for (const name in values) {
      if (names.has(name)) continue;
      throw new TypeError(
        `Cannot write view "${view.name}": "${name}" of "${entity}" is none of its fields`,
      );
    }
  }
}
