/**
 * Opening the program for the length of a command.
 *
 * @module
 */
import type { App } from "./app.ts";
import type { Setting } from "./command.ts";

/** Runs with the program open, and closes it whatever happens. */
export async function withApp<T>(
  { open }: Pick<Setting, "open">,
  use: (app: App) => Promise<T>,
): Promise<T> {
  const app = await open();
  try {
    return await use(app);
  } finally {
    await app.close();
  }
}

/** Prints a value as JSON, dates and big numbers as text. */
export const json = (value: unknown): string =>
  JSON.stringify(value, (_, v) => typeof v === "bigint" ? String(v) : v, 2);
