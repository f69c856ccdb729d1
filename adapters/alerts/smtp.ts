/** Alerts by mail. @module */
import type { AlertChannel, AlertRecord } from "engine";
import { socketByName } from "../../reach/mod.ts";
import { LIMIT_MS, masked, type Notice, noticeOf, type Phase, within } from "./notice.ts";

/** How mail is sent. */
export interface SmtpOptions {
  /**
   * `smtp://user:password@host:587`, or `smtps://` where TLS is spoken from the first byte. With a user STARTTLS is
   * required: a password never travels in the clear. AUTH is PLAIN where the server has it, else LOGIN; `?auth=login`
   * chooses.
   */
  readonly url: string;
  /** The sender: `Aurora <aurora@example.com>`. */
  readonly from: string;
  /** Who is told, with commas between. */
  readonly to: string;
  /** Where the UI is, for links. */
  readonly baseUrl: string;
  /** For a server whose certificate no public authority signed. */
  readonly tls?: { readonly ca: string };
  /** Milliseconds after which a mail counts as not sent. @default {10000} */
  readonly limitMs?: number;
}

interface Server {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  readonly auth: { readonly user: string; readonly pass: string } | undefined;
  readonly authMethod: string | undefined;
}

/** What sender and receivers must not have: a second line would be a header of its own. */
const CONTROL = /\p{Cc}/u;

/**
 * Tells people by mail. The end of an episode answers the mail that told of its beginning, so that both stand together.
 *
 * @throws {TypeError} If the URL is none of a mail server, or an address has more than one line. The message has no password.
 */
export function smtpChannel(options: SmtpOptions): AlertChannel {
  const server = serverOf(options.url);
  for (const address of [options.from, options.to]) {
    if (!CONTROL.test(address)) continue;
    throw new TypeError(
      `Cannot send mail: address ${
        JSON.stringify(address)
      } has a line break or another control character`,
    );
  }
  return {
    name: "smtp",
    async send(alert, phase) {
      // Loaded with the first mail: the start of the program does not wait for it.
      const { createTransport } = await import("nodemailer");
      const transport = createTransport(settings(server, options));
      try {
        await within(options.limitMs ?? LIMIT_MS, transport.sendMail(mail(alert, phase, options)));
      } catch (error) {
        throw trouble(error, server, options.to);
      } finally {
        transport.close();
      }
    },
  };
}

function serverOf(url: string): Server {
  const right = 'what is right is like "smtp://user:password@mail.example.com:587"';
  if (!URL.canParse(url)) throw new TypeError(`Cannot read mail server: it is no URL, ${right}`);
  const { protocol, hostname, port, username, password, searchParams } = new URL(url);
  if (!["smtp:", "smtps:"].includes(protocol) || hostname === "") {
    throw new TypeError(`Cannot read mail server: "${protocol}//${hostname}" is none, ${right}`);
  }
  const secure = protocol === "smtps:";
  const user = decodeURIComponent(username);
  const auth = user ? { user, pass: decodeURIComponent(password) } : undefined;
  const authMethod = searchParams.get("auth")?.toUpperCase();
  if (authMethod !== undefined && !["PLAIN", "LOGIN"].includes(authMethod)) {
    throw new TypeError(`Cannot read mail server: auth is "${authMethod}", not "plain" or "login"`);
  }
  return {
    host: hostname.replace(/^\[|\]$/g, ""),
    port: Number(port) || (secure ? 465 : 587),
    secure,
    auth,
    authMethod,
  };
}

function settings(server: Server, { tls, limitMs = LIMIT_MS }: SmtpOptions) {
  return {
    ...server,
    requireTLS: !server.secure && server.auth !== undefined,
    connectionTimeout: limitMs,
    greetingTimeout: limitMs,
    socketTimeout: limitMs,
    dnsTimeout: limitMs,
    getSocket: socketByName({ ...server, limitMs }),
    ...(tls ? { tls: { ca: tls.ca } } : {}),
  };
}

function mail(alert: AlertRecord, phase: Phase, { from, to, baseUrl }: SmtpOptions) {
  const notice = noticeOf(alert, phase, baseUrl);
  const opening = messageId(alert, "open", baseUrl);
  return {
    from,
    to,
    subject: `[Aurora] ${notice.subject}`,
    messageId: messageId(alert, phase, baseUrl),
    ...(phase === "resolved" ? { inReplyTo: opening, references: opening } : {}),
    headers: { "Auto-Submitted": "auto-generated" },
    text: [notice.subject, notice.message, notice.times, ...links(notice)].join("\n\n") + "\n",
    html: html(notice),
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** The same for the same notice: a mail that is sent twice is shown once by most programs. */
function messageId({ id, openedAt }: AlertRecord, phase: Phase, baseUrl: string): string {
  const domain = URL.canParse(baseUrl) ? new URL(baseUrl).hostname : "aurora";
  return `<alert-${id}-${openedAt.getTime()}-${phase}@${domain}>`;
}

const links = ({ link, runbook }: Notice) => [link, `What to do: ${runbook}`];

const ENTITY = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" } as const;
const escaped = (text: string) => text.replace(/[&<>"']/g, (c) => ENTITY[c as keyof typeof ENTITY]);

function html({ subject, message, times, link, runbook }: Notice): string {
  return `<p><strong>${escaped(subject)}</strong></p>
<pre style="white-space: pre-wrap">${escaped(message)}</pre>
<p>${escaped(times)}</p>
<p><a href="${escaped(link)}">${escaped(link)}</a></p>
<p><a href="${escaped(runbook)}">What to do</a></p>
`;
}

const base64 = (text: string) => new TextEncoder().encode(text).toBase64();

function trouble(error: unknown, { host, port, auth }: Server, to: string): Error {
  const secrets = auth
    ? [auth.pass, base64(auth.pass), base64(`\0${auth.user}\0${auth.pass}`)]
    : [];
  const reason = error instanceof Error ? error.message : String(error);
  return new Error(`Cannot send mail to "${to}" by "${host}:${port}": ${masked(reason, secrets)}`);
}
