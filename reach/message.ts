/** HTTP/1.1 as far as one question needs it. @module */

/** What is sent before the body. */
export interface Head {
  readonly url: URL;
  readonly method: string;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string;
}

/** Characters of an answer that are read: the line of the status is at its begin. */
const MOST = 1_024;

/**
 * The lines before the body, with the empty one.
 *
 * @throws {TypeError} If a header has a line break: it would be another header.
 */
export function headOf({ url, method, headers = {}, body }: Head): string {
  const login = decodeURIComponent(url.username) + ":" + decodeURIComponent(url.password);
  const own = {
    Host: url.host,
    "User-Agent": "aurora",
    Connection: "close",
    ...(login === ":" ? {} : {
      Authorization: `Basic ${new TextEncoder().encode(login).toBase64()}`,
    }),
    ...(body === undefined ? {} : { "Content-Length": String(bytesOf(body).length) }),
  };
  // Host is signed by some, and is that of the address here.
  const given = Object.entries(headers).filter(([name]) => name.toLowerCase() !== "host");
  const lines = [...Object.entries(own), ...given].map(([name, value]) => {
    if (!/[\r\n]/.test(name + value)) return `${name}: ${value}`;
    throw new TypeError(`Cannot ask "${url.host}": header "${name}" has a line break`);
  });
  return [`${method} ${url.pathname}${url.search} HTTP/1.1`, ...lines, "", ""].join("\r\n");
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Writes all of a text. */
export async function write(to: Deno.Conn, text: string): Promise<void> {
  for (let bytes = bytesOf(text); bytes.length;) bytes = bytes.subarray(await to.write(bytes));
}

/**
 * Reads the status of an answer.
 *
 * @throws {Error} If it is none of HTTP.
 */
export async function statusOf(from: Deno.Conn, host: string): Promise<number> {
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
