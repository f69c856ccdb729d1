import type { Account } from "./account.ts";

/** Size at which the log is moved aside. */
export const LOG_BYTES = 16 * 1024 * 1024;

/**
 * Keeps the log bounded: beyond `limit` bytes it is copied to `….1` and emptied.
 *
 * Emptied, not renamed, as PostgreSQL holds it open (for appending, so it goes on at the new end).
 */
export async function boundLog(
  log: string,
  account: Account | undefined,
  limit: number = LOG_BYTES,
): Promise<boolean> {
  const { size } = await Deno.stat(log);
  if (size <= limit) return false;
  await Deno.copyFile(log, `${log}.1`);
  await Deno.truncate(log);
  if (account !== undefined) await Deno.chown(`${log}.1`, account.uid, account.gid);
  return true;
}
