/** Hosts that a test may speak to. @module */
import { lookup } from "node:dns/promises";
import { isPrivateAddress } from "./private_address.ts";

/** Which hosts of private ranges may be spoken to: names and addresses with commas between, or `*` for all. */
export type Allowed = string;

/**
 * An address of a host that may be spoken to. Who connects to what this gives cannot be led elsewhere by a second answer
 * of the name server.
 *
 * @throws {TypeError} If the host has no address, or one of a private range that is not allowed.
 */
export async function reachable(host: string, allowed: Allowed): Promise<string> {
  const name = host.replace(/^\[|\]$/g, "").toLowerCase();
  const found = await lookup(name, { all: true }).catch((cause: unknown) => {
    throw new TypeError(`Cannot reach "${name}": it has no address`, { cause });
  });
  const names = allowed.split(",").map((a) => a.trim().toLowerCase());
  const isAllowed = names.includes("*") || names.includes(name);
  const refused = found.find(({ address }) => !isAllowed && isPrivateAddress(address));
  if (refused === undefined) return found[0]!.address;
  throw new TypeError(
    `Cannot reach "${name}": its address ${refused.address} is of a private range; ` +
      `"${name}" has to be in AURORA_PRIVATE_HOSTS`,
  );
}
