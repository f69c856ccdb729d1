/** One question to a server of HTTP. @module */
import { type Allowed, reachable } from "./reach.ts";

/** Characters of an answer that are read: the line of the status is at its begin. */
const MOST = 1_024;

/**
 * Asks for the head of what is at an address, and gives the status. No redirect is followed, and the connection goes to
 * the address that was judged.
 *
 * @throws {TypeError} If the host may not be spoken to.
 * @throws {Error} If nobody answers as a server of HTTP does.
 */
export async function probeHttp(
  address: string,
  allowed: Allowed,
  signal: AbortSignal,
): Promise<number> {
  const url = new URL(address);
  const isTls = url.protocol === "https:";
  const ip = await reachable(url.hostname, allowed);
  const hostname = url.hostname.replace(/^\[|\]$/g, "");
  const tcp = await Deno.connect({
    hostname: ip,
    port: Number(url.port) || (isTls ? 443 : 80),
    signal,
  });
  let connection: Deno.Conn = tcp;
  const end = () => close(connection);
  signal.addEventListener("abort", end);
  try {
    if (isTls) connection = await Deno.startTls(tcp, { hostname });
    await write(connection, request(url));
    return await statusOf(connection, url.host);
  } finally {
    signal.removeEventListener("abort", end);
    end();
  }
}

function request(url: URL): string {
  const user = decodeURIComponent(url.username);
  const text = new TextEncoder().encode(`${user}:${decodeURIComponent(url.password)}`);
  const login = url.username + url.password === ""
    ? []
    : [`Authorization: Basic ${text.toBase64()}`];
  return [
    `HEAD ${url.pathname}${url.search} HTTP/1.1`,
    `Host: ${url.host}`,
    "User-Agent: aurora",
    "Connection: close",
    ...login,
    "",
    "",
  ].join("\r\n");
}

async function write(to: Deno.Conn, text: string): Promise<void> {
  for (let bytes = new TextEncoder().encode(text); bytes.length;) {
    bytes = bytes.subarray(await to.write(bytes));
  }
}

async function statusOf(from: Deno.Conn, host: string): Promise<number> {
  let text = "";
  const buffer = new Uint8Array(MOST);
  while (!text.includes("\n") && text.length < MOST) {
    const n = await from.read(buffer);
    if (n === null) break;
    text += new TextDecoder().decode(buffer.subarray(0, n));
  }
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1];
  if (status === undefined) throw new Error(`"${host}" does not answer as a server of HTTP does`);
  return Number(status);
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch { /* closed by the other side, or by the abort */ }
}
