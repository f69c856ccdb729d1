/** One POST to an address that is checked at the moment of connecting. @module */
import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { type IncomingMessage, request as plain, type RequestOptions } from "node:http";
import { request as secure } from "node:https";
import { connect, isIP, type Socket } from "node:net";
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
 * Posts and gives the status. The address that was connected to is checked before anything is sent, so a name that changes
 * its mind gains nothing; redirections are not followed.
 *
 * @throws {PrivateAddress} If the address is private and the host is not among `privateHosts`.
 */
export async function post(p: Post): Promise<number> {
  const { hostname } = p.url;
  const isAllowed = p.privateHosts.includes(hostname);
  const literal = hostname.replace(/^\[|\]$/g, "");
  if (!isAllowed) await mustBePublic(hostname, literal);
  const late = AbortSignal.timeout(p.limitMs);
  const socket = await opened(p.url, literal, late);
  try {
    const reached = socket.remoteAddress ?? "";
    if (!isAllowed && isPrivateAddress(reached)) throw refused(hostname, reached);
    return await posted(p, socket, late);
  } catch (error) {
    throw late.aborted ? tooLate(p.limitMs) : error;
  } finally {
    socket.destroy();
  }
}

/** Refuses before anybody is connected to. */
async function mustBePublic(hostname: string, literal: string): Promise<void> {
  if (isIP(literal) > 0) {
    if (isPrivateAddress(literal)) throw refused(hostname, literal);
    return;
  }
  const found = await lookup(literal, { all: true });
  const inside = found.find(({ address }) => isPrivateAddress(address));
  if (inside) throw refused(hostname, inside.address);
}

/** A connection by the name: with few rights only names may be connected to, not what they stand for. */
async function opened(url: URL, host: string, signal: AbortSignal): Promise<Socket> {
  const port = Number(url.port) || (url.protocol === "https:" ? 443 : 80);
  const socket = connect({ host, port });
  try {
    await once(socket, "connect", { signal });
    return socket;
  } catch (error) {
    socket.destroy();
    throw signal.aborted ? signal.reason : error;
  }
}

async function posted(p: Post, socket: Socket, signal: AbortSignal): Promise<number> {
  const { hostname, protocol } = p.url;
  const servername = isIP(hostname) > 0 || hostname.startsWith("[") ? {} : { servername: hostname };
  const options: RequestOptions = {
    method: "POST",
    agent: false,
    headers: { ...p.headers, "Content-Length": new TextEncoder().encode(p.body).length },
    // Spoken on by TLS, where the address says so.
    createConnection: () => socket,
    ...servername,
    ...(p.ca ? { ca: p.ca } : {}),
    signal,
  };
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  socket.on("error", reject);
  const call = protocol === "https:" ? secure : plain;
  const sent = call(p.url, options, (answer: IncomingMessage) => {
    resolve(answer.statusCode ?? 0);
    answer.destroy();
  });
  sent.on("error", reject);
  sent.end(p.body);
  return await promise;
}

const tooLate = (ms: number) => new Error(`no answer within ${ms} ms`);

const refused = (host: string, address: string) =>
  new PrivateAddress(
    `"${host}" is at ${address}, which is no public address; ` +
      `if that is meant, name the host in AURORA_WEBHOOK_PRIVATE_HOSTS`,
  );
