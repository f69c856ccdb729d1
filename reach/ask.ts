/** One request by HTTP to a host that was judged. @module */
import type { LookupAddress } from "node:dns";
import { type ClientRequest, request as plain, type RequestOptions } from "node:http";
import { request as secure } from "node:https";
import type { LookupFunction } from "node:net";
import { judged, type PrivateHosts } from "./judged.ts";

/** What is asked, and within which bounds. */
export interface Question {
  /** Login and password in it are sent as basic authentication. */
  readonly url: URL;
  readonly method: "GET" | "HEAD" | "POST";
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string;
  /** Hosts that may be at a private address. */
  readonly privateHosts: PrivateHosts;
  /** Milliseconds for all of it: name, connection, TLS, answer. */
  readonly limitMs: number;
  /** PEM of an authority, for a certificate that no public one signed. */
  readonly ca?: string;
}

/**
 * Asks and gives the status; the body is not read. The name is looked up once, and the connection goes to an address that
 * was judged: a name that changes its mind in between gains nothing. No redirection is followed, so where it leads is
 * never asked without being judged.
 *
 * @throws {PrivateAddress} If an address of the host is private and the host is not among `privateHosts`.
 * @throws {Error} If there is no answer in time, or nobody answers as a server of HTTP does.
 */
export function ask(q: Question): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let sent: ClientRequest | undefined;
  const timer = setTimeout(() => {
    const late = new Error(`no answer within ${q.limitMs} ms`);
    reject(late);
    sent?.destroy(late);
  }, q.limitMs);
  const answered = promise.finally(() => clearTimeout(timer));
  let isOver = false;
  answered.catch(() => {}).finally(() => isOver = true);
  judged(q.url.hostname, q.privateHosts).then((addresses) => {
    if (isOver) return;
    sent = send(q, addresses, resolve);
    sent.on("error", reject);
    sent.end(q.body);
  }).catch(reject);
  return answered;
}

function send(
  q: Question,
  addresses: readonly LookupAddress[],
  answer: (status: number) => void,
): ClientRequest {
  const { url, method, headers, body, ca } = q;
  const length = body === undefined
    ? {}
    : { "Content-Length": new TextEncoder().encode(body).length };
  const options: RequestOptions & { ca?: string } = {
    method,
    agent: false,
    headers: { ...headers, ...length },
    lookup: pinned(addresses),
    ...(ca ? { ca } : {}),
  };
  return (url.protocol === "https:" ? secure : plain)(url, options, (response) => {
    answer(response.statusCode ?? 0);
    response.destroy();
  });
}

/** Answers for the name server with what was judged. */
const pinned = (addresses: readonly LookupAddress[]): LookupFunction => (_host, options, done) => {
  if (options.all) return done(null, [...addresses]);
  const { address, family } = addresses[0]!;
  done(null, address, family);
};
