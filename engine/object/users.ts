/** Which databases use a store: a collection must not judge what another one refers to. @module */
import type { Objects } from "./objects.ts";

/** Below it lies a mark of each database. */
export const USERS = "users/";
/** A mark that was not renewed for so long belongs to a database that is gone. */
export const USER_LIFE_MS = 30 * 86_400_000;

/** Renews the mark of a database; gives the other databases whose marks live. */
export async function markUser(objects: Objects, id: string): Promise<readonly string[]> {
  const own = `${USERS}${id}`;
  const { modified } = await objects.put(own, new TextEncoder().encode(id));
  const others: string[] = [];
  for await (const mark of objects.list(USERS)) {
    const isAlive = modified.getTime() - mark.modified.getTime() < USER_LIFE_MS;
    if (mark.key !== own && isAlive) others.push(mark.key.slice(USERS.length));
  }
  return others;
}

/**
 * Refuses a store that another database uses as well.
 *
 * @throws {RangeError} Naming the marks.
 */
export function mustBeOnlyUser(objects: Objects, others: readonly string[]): void {
  if (others.length === 0) return;
  const marks = others.map((other) => `"${USERS}${other}"`).join(", ");
  throw new RangeError(
    `Cannot collect garbage in "${objects.place}": another database uses it too (${marks}); give each a place of its ` +
      `own by AURORA_OBJECTS. If that one is gone, remove its mark, or wait 30 days`,
  );
}
