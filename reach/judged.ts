/** Which hosts a program may be led to by a setting or a form. @module */
import type { LookupAddress } from "node:dns";
import { lookup } from "node:dns/promises";
import { isPrivateAddress } from "./private_address.ts";

/** Hosts that may be at a private address: names and addresses in lower case without brackets, or `*` for all. */
export type PrivateHosts = readonly string[];

/** Reads `AURORA_PRIVATE_HOSTS`: `minio, 10.0.0.5, [::1]`, or `*`. */
export const privateHosts = (text: string): PrivateHosts =>
  text.split(",").map((host) => bare(host.trim())).filter(Boolean);

/** `[::1]` as a URL writes it is `::1`. */
const bare = (host: string) => host.replace(/^\[|\]$/g, "").toLowerCase();

/** The name leads, or is, where nobody may be led to. */
export class PrivateAddress extends TypeError {
  override readonly name = "PrivateAddress";
}

/**
 * The addresses of a host, all of them judged. Who connects to one of them, and asks no name server again, cannot be led
 * elsewhere by a second answer.
 *
 * @throws {PrivateAddress} If one of them is private and the host is not allowed to be.
 * @throws {TypeError} If the host has no address.
 */
export async function judged(
  host: string,
  allowed: PrivateHosts,
): Promise<readonly LookupAddress[]> {
  const name = bare(host);
  const found = await lookup(name, { all: true }).catch((cause: unknown) => {
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    throw new TypeError(`"${name}" has no address`, { cause });
  });
  for (const { address } of found) mustBeReachable(name, address, allowed);
  return found;
}

/** @throws {PrivateAddress} If a host is at a private address and is not allowed to be. */
export function mustBeReachable(host: string, address: string, allowed: PrivateHosts): void {
  const name = bare(host);
  if (allowed.includes("*") || allowed.includes(name) || !isPrivateAddress(address)) return;
  throw new PrivateAddress(
    `"${name}" is at ${address}, which is no public address; ` +
      `if that is meant, name the host in AURORA_PRIVATE_HOSTS`,
  );
}
