/** One request by HTTP to a host that was judged. @module */
import type { LookupAddress } from "node:dns";
import { judged, mustBeReachable, type PrivateHosts } from "./judged.ts";
import { headOf, statusOf, write } from "./message.ts";

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
 * It speaks through a connection of its own and not through `fetch`, which Deno traces with the whole address: that of a
 * webhook is a secret.
 *
 * @throws {PrivateAddress} If an address of the host is private and the host is not among `privateHosts`.
 * @throws {Error} If there is no answer in time, or nobody answers as a server of HTTP does.
 */
export async function ask(q: Question): Promise<number> {
  const late = new Error(`no answer within ${q.limitMs} ms`);
  const stop = new AbortController();
  const { promise: limit, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(late);
    stop.abort(late);
  }, q.limitMs);
  const answer = judged(q.url.hostname, q.privateHosts)
    .then((addresses) => exchange(q, addresses, stop.signal));
  try {
    return await Promise.race([answer, limit]);
  } finally {
    clearTimeout(timer);
    // What was given up must not be left unheard.
    answer.catch(() => {});
  }
}

async function exchange(
  q: Question,
  addresses: readonly LookupAddress[],
  signal: AbortSignal,
): Promise<number> {
  let connection: Deno.Conn = await connected(q, addresses, signal);
  const end = () => close(connection);
  signal.addEventListener("abort", end);
  try {
    if (q.url.protocol === "https:") connection = await encrypted(connection, q);
    await write(connection, headOf(q) + (q.body ?? ""));
    return await statusOf(connection, q.url.host);
  } finally {
    signal.removeEventListener("abort", end);
    end();
  }
}

/**
 * A connection to the first of the addresses that takes one. A process with few rights may connect to the names that it
 * was told only, not to what they stand for: then it is judged what the name led to, before anything is sent.
 */
async function connected(
  { url, privateHosts }: Question,
  addresses: readonly LookupAddress[],
  signal: AbortSignal,
): Promise<Deno.TcpConn> {
  const port = Number(url.port) || (url.protocol === "https:" ? 443 : 80);
  let trouble: unknown;
  for (const { address: hostname } of addresses) {
    signal.throwIfAborted();
    try {
      return await Deno.connect({ hostname, port, signal });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotCapable)) trouble = error;
      else return await byName({ hostname: url.hostname, port, signal }, privateHosts);
    }
  }
  throw trouble;
}

async function byName(
  to: Deno.ConnectOptions & { readonly hostname: string },
  allowed: PrivateHosts,
): Promise<Deno.TcpConn> {
  const connection = await Deno.connect(to);
  try {
    mustBeReachable(to.hostname, connection.remoteAddr.hostname, allowed);
    return connection;
  } catch (error) {
    close(connection);
    throw error;
  }
}

function encrypted(connection: Deno.Conn, { url, ca }: Question): Promise<Deno.TlsConn> {
  return Deno.startTls(connection as Deno.TcpConn, {
    hostname: url.hostname.replace(/^\[|\]$/g, ""),
    ...(ca ? { caCerts: [ca] } : {}),
  });
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch { /* closed by the other side, by TLS, or by the abort */ }
}
