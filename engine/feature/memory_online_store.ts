/** An online store in memory, for tests. @module */
import {
  answer,
  checkRows,
  newestRows,
  type OnlineAnswer,
  type OnlineRow,
  type OnlineStore,
  type OnlineWriteOptions,
  type OnlineWritten,
} from "./online_store.ts";
import { checkView, type FeatureView } from "./view.ts";

/** Makes an empty online store that lives as long as the process. */
export function memoryOnlineStore(): OnlineStore {
  return new MemoryOnlineStore();
}

class MemoryOnlineStore implements OnlineStore {
  readonly name = "memory";
  /** Rows by view, by project, join key and entity. */
  readonly #rows = new Map<string, Map<string, OnlineRow>>();

  // deno-lint-ignore require-await -- what it refuses is a rejection, as of every other store
  async write(
    project: string,
    view: FeatureView,
    rows: readonly OnlineRow[],
    options: OnlineWriteOptions = {},
  ): Promise<OnlineWritten> {
    checkView(view);
    const newest = newestRows(view, rows);
    checkRows(view, newest);
    const written = newest.filter((row) => this.#put(project, view, row, options)).length;
    return { written, skipped: rows.length - written };
  }

  #put(project: string, view: FeatureView, row: OnlineRow, options: OnlineWriteOptions): boolean {
    const key = hashKey(project, view.entity, row.entity);
    const views = this.#rows.get(key) ?? new Map<string, OnlineRow>();
    const known = views.get(view.name);
    if (known && known.eventTime >= row.eventTime && !options.overwrite) return false;
    const values = Object.fromEntries(
      view.fields.map((field) => [field.name, row.values[field.name] ?? null]),
    );
    this.#rows.set(key, views.set(view.name, { ...row, values: { ...known?.values, ...values } }));
    return true;
  }

  read(
    project: string,
    views: readonly FeatureView[],
    entities: readonly string[],
    options: { readonly now: Date },
  ): Promise<OnlineAnswer[]> {
    const answers = entities.map((entity) =>
      answer(entity, views, (view) => {
        const row = this.#rows.get(hashKey(project, view.entity, entity))?.get(view.name);
        return row && { eventTime: row.eventTime, value: (field) => row.values[field] };
      }, options.now)
    );
    return Promise.resolve(answers);
  }

  remove(project: string, entity: string, values: readonly string[]): Promise<void> {
    for (const value of values) this.#rows.delete(hashKey(project, entity, value));
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#rows.clear();
    return Promise.resolve();
  }
}

function hashKey(...parts: readonly string[]): string {
  return JSON.stringify(parts);
}
