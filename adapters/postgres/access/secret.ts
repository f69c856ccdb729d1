/** Secrets that are handed out once: what is kept is a hash from which they cannot be found. @module */
import { timingSafeEqual } from "node:crypto";

/** 32 random bytes as 43 letters that may stand in an address. */
export function newSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

/** SHA-256, which is enough for 32 random bytes: nobody can try them all. */
export async function hashOf(secret: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(secret)));
}

/** Whether two hashes are equal, in a time that does not tell where they differ. */
export const isSame = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && timingSafeEqual(a, b);
