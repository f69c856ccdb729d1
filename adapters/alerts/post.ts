/** One POST to an address that is checked at the moment of connecting. @module */
import { lookup } from "node:dns";
import { type IncomingMessage, request as plain, type RequestOptions } from "node:http";
import { request as secure } from "node:https";
import type { LookupFunction } from "node:net";
import { isPrivateAddress } from "./private_address.ts";

/** What is posted, and within which bounds. */
export interface Post {
  readonly url: URL;
  readonly body: string;
  readonly headers: { readonly [name: string]: string };
  /** Hosts that may be at a private address, as in the URL: `hooks.internal`, `127.0.0.1`, `[::1]`. */
  readonly privateHosts: readonly string[];
  /** Milliseconds for all of it: name, connection, TLS, answer. */
  readonly limitMs: number;
  /** PEM of an authority, for a certificate that no public one signed. */
  readonly ca?: string;
}

/** The name leads, or the URL points, to where no webhook may go. */
export class PrivateAddress extends Error {
  override readonly name = "PrivateAddress";
}

/**
 * Posts and gives the status. The address that was checked is the one that is connected to, so a name that changes its
 * mind in between gains nothing; redirections are not followed.
 *
 * @throws {PrivateAddress} If the address is private and the host is not among `privateHosts`.
 */
export function post(p: Post): Promise<number> {
  const { hostname, protocol } = p.url;
  const isAllowed = p.privateHosts.includes(hostname);
  const literal = hostname.replace(/^\[|\]$/g, "");
  // An address in the URL is connected to without a lookup.
  const isLiteral = literal !== hostname || /^[\d.]+$/.test(hostname);
  if (!isAllowed && isLiteral && isPrivateAddress(literal)) {
    return Promise.reject(refused(hostname, literal));
  }
  const options: RequestOptions = {
    method: "POST",
    agent: false,
    headers: { ...p.headers, "Content-Length": new TextEncoder().encode(p.body).length },
    ...(isAllowed ? {} : { lookup: checked }),
    ...(p.ca ? { ca: p.ca } : {}),
  };
  const call = protocol === "https:" ? secure : plain;
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const sent = call(p.url, options, (answer: IncomingMessage) => {
    resolve(answer.statusCode ?? 0);
    answer.destroy();
  });
  sent.on("error", reject);
  const timer = setTimeout(() => {
    const late = new Error(`no answer within ${p.limitMs} ms`);
    reject(late);
    sent.destroy(late);
  }, p.limitMs);
  sent.end(p.body);
  return promise.finally(() => clearTimeout(timer));
}

const refused = (host: string, address: string) =>
  new PrivateAddress(
    `"${host}" is at ${address}, which is no public address; ` +
      `if that is meant, name the host in AURORA_WEBHOOK_PRIVATE_HOSTS`,
  );

/** Resolves as usual, and refuses if any of the addresses is private. */
const checked: LookupFunction = (host, options, done) => {
  lookup(host, { ...options, all: true }, (error, found) => {
    if (error) return done(error, "", 0);
    const inside = found.find((a) => isPrivateAddress(a.address));
    if (inside) return done(refused(host, inside.address), "", 0);
    if (options.all) return done(null, found);
    const [first] = found;
    if (!first) return done(new Error(`"${host}" has no address`), "", 0);
    done(null, first.address, first.family);
  });
};
