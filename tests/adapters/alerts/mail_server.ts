/** A mail server in this process, with STARTTLS and a password. @module */
import type { AddressInfo } from "node:net";
import { SMTPServer, type SMTPServerSession } from "smtp-server";

/** The user that the server knows. */
export const user = { name: "aurora", password: "pass/w0rd&+" } as const;

/** A mail that arrived. */
export interface Arrived {
  /** Who sent it, as told to the server. */
  readonly from: string;
  /** Who gets it, as told to the server. */
  readonly to: readonly string[];
  /** Whether it came by TLS. */
  readonly secure: boolean;
  /** Names of headers in small letters. */
  readonly headers: ReadonlyMap<string, string>;
  /** The bodies, decoded: text and HTML. */
  readonly parts: readonly string[];
}

/** A running server. */
export interface MailServer extends AsyncDisposable {
  /** Where it listens. */
  readonly port: number;
  /** What arrived, oldest first. */
  readonly mails: readonly Arrived[];
}

/** Certificates of an authority of our own, valid from 2024 to 2124 for `localhost`. */
const pem = (name: string) => Deno.readTextFile(new URL(`certificate/${name}`, import.meta.url));

/** The authority that signed the server's certificate. */
export const authority = (): Promise<string> => pem("ca.pem");

/** Starts a server; `port` 0 is a free one. */
export async function mailServer(port = 0): Promise<MailServer> {
  const mails: Arrived[] = [];
  const server = new SMTPServer({
    key: await pem("leaf.key"),
    cert: await pem("leaf.pem"),
    authMethods: ["PLAIN", "LOGIN"],
    disableReverseLookup: true,
    closeTimeout: 200,
    onAuth: (auth, _session, done) =>
      auth.username === user.name && auth.password === user.password
        ? done(null, { user: auth.username })
        : done(new Error("Invalid username or password")),
    onData: async (stream, session, done) => {
      const chunks: Uint8Array<ArrayBuffer>[] = [];
      for await (const chunk of stream) chunks.push(new Uint8Array(chunk));
      mails.push(arrived(session, await new Blob(chunks).text()));
      done(null);
    },
  });
  // A refused handshake would otherwise end the process.
  server.on("error", () => {});
  const bound = Promise.withResolvers<void>();
  const listener = server.listen(port, "127.0.0.1", () => bound.resolve());
  await bound.promise;
  return {
    port: (listener.address() as AddressInfo).port,
    mails,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function arrived({ secure, envelope }: SMTPServerSession, source: string): Arrived {
  const { headers, body } = split(source);
  const boundary = /boundary="([^"]+)"/.exec(headers.get("content-type") ?? "")?.[1];
  const parts = boundary === undefined
    ? [source]
    : body.split(`--${boundary}`).slice(1, -1).map((p) => p.trimStart());
  return {
    from: envelope.mailFrom ? envelope.mailFrom.address : "",
    to: envelope.rcptTo.map((r) => r.address),
    secure,
    headers,
    parts: parts.map(decoded),
  };
}

function split(source: string) {
  const [head = "", ...rest] = source.split("\r\n\r\n");
  const unfolded = head.replaceAll(/\r\n[ \t]+/g, " ").split("\r\n");
  const headers = new Map(unfolded.map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), words(line.slice(colon + 1).trim())];
  }));
  return { headers, body: rest.join("\r\n\r\n") };
}

/** A header whose encoded words (`=?UTF-8?Q?…?=`) are read. */
function words(value: string): string {
  return value.replaceAll(/\?=\s+=\?UTF-8\?Q\?/g, "").replaceAll(
    /=\?UTF-8\?Q\?(.*?)\?=/g,
    (_, word: string) => quoted(word.replaceAll("_", " ")),
  );
}

const bytes = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));

function quoted(text: string): string {
  const raw = text.replaceAll(
    /=([0-9A-F]{2})/g,
    (_, hex: string) => String.fromCharCode(parseInt(hex, 16)),
  );
  return new TextDecoder().decode(bytes(raw));
}

/** One part without its transfer encoding. */
function decoded(part: string): string {
  const { headers, body } = split(part);
  switch (headers.get("content-transfer-encoding")) {
    case "base64":
      return new TextDecoder().decode(bytes(atob(body.replaceAll(/\s/g, ""))));
    case "quoted-printable":
      return quoted(body.replaceAll("=\r\n", ""));
    default:
      return body;
  }
}
