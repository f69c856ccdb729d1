/** Alerts by HTTP. @module */
import type { AlertChannel, AlertRecord } from "engine";
import { LIMIT_MS, noticeOf, type Phase } from "./notice.ts";

/** How a webhook is called. */
export interface WebhookOptions {
  /** Who listens. It is treated as a secret: messages name its host alone. */
  readonly url: string;
  /** Where the UI is, for links. */
  readonly baseUrl: string;
  /** Signs the body: `X-Aurora-Signature: sha256=` and the hexadecimal HMAC. */
  readonly secret?: string;
  /** Milliseconds after which a call counts as failed. @default {10000} */
  readonly limitMs?: number;
}

/**
 * Tells a webhook: what Slack shows (`text`, `blocks`), and under `aurora` the fields of the alert for programs.
 *
 * @throws {TypeError} If the URL is none of HTTP.
 */
export function webhookChannel(options: WebhookOptions): AlertChannel {
  const host = hostOf(options.url);
  return {
    name: "webhook",
    async send(alert, phase) {
      const body = JSON.stringify(bodyOf(alert, phase, options.baseUrl));
      const signed = options.secret ? await signature(options.secret, body) : undefined;
      const status = await post(options, host, {
        body,
        headers: {
          "Content-Type": "application/json",
          ...(signed ? { "X-Aurora-Signature": signed } : {}),
        },
      });
      if (status < 200 || status > 299) {
        throw new Error(`Cannot call webhook at "${host}": it answered ${status}, not 200 to 299`);
      }
    },
  };
}

function hostOf(url: string): string {
  const right = 'what is right is like "https://hooks.example.com/path"';
  if (!URL.canParse(url)) throw new TypeError(`Cannot read webhook: it is no URL, ${right}`);
  const { protocol, host } = new URL(url);
  if (!["http:", "https:"].includes(protocol)) {
    throw new TypeError(`Cannot read webhook: "${protocol}" is not HTTP, ${right}`);
  }
  return host;
}

async function post(
  { url, limitMs = LIMIT_MS }: WebhookOptions,
  host: string,
  call: { readonly body: string; readonly headers: { readonly [name: string]: string } },
): Promise<number> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), limitMs);
  try {
    const answer = await fetch(url, {
      ...call,
      method: "POST",
      // A signed body is for the one who was named, not for whom they point to.
      redirect: "manual",
      signal: late.signal,
    });
    await answer.body?.cancel();
    return answer.status;
  } catch (error) {
    // The message of fetch names the whole URL, which may be all that protects the channel.
    const why = late.signal.aborted ? `no answer within ${limitMs} ms` : reasonOf(error, url, host);
    throw new Error(`Cannot call webhook at "${host}": ${why}`);
  } finally {
    clearTimeout(timer);
  }
}

function reasonOf(error: unknown, url: string, host: string): string {
  const text = error instanceof Error ? error.message : String(error);
  const { href, pathname, search, username, password } = new URL(url);
  const secrets = [url, href, pathname + search, pathname, search, `${username}:${password}`];
  return secrets.filter((s) => s.length > 1).reduce((t, s) => t.replaceAll(s, host), text);
}

async function signature(secret: string, body: string): Promise<string> {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", bytes(secret), algorithm, false, ["sign"]);
  const signed = new Uint8Array(await crypto.subtle.sign("HMAC", key, bytes(body)));
  return `sha256=${signed.toHex()}`;
}

/** Slack refuses longer texts. */
const LONGEST = { header: 150, section: 3_000 } as const;

const cut = (text: string, most: number) =>
  text.length <= most ? text : `${text.slice(0, most - 1)}…`;
/** The three characters that Slack reads as markup. */
const escaped = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

function bodyOf(alert: AlertRecord, phase: Phase, baseUrl: string) {
  const { subject, message, times, link } = noticeOf(alert, phase, baseUrl);
  const section = (text: string) => ({ type: "section", text: { type: "mrkdwn", text } });
  return {
    text: `${escaped(subject)}\n${link}`,
    blocks: [
      { type: "header", text: { type: "plain_text", text: cut(subject, LONGEST.header) } },
      ...(message === "" ? [] : [section(cut(escaped(message), LONGEST.section))]),
      section(`${times}\n<${link}|Open in Aurora>`),
    ],
    aurora: {
      phase,
      id: alert.id,
      episode: alert.episode,
      kind: alert.kind,
      severity: alert.severity,
      asset: alert.asset,
      run: alert.run,
      title: alert.title,
      message,
      openedAt: alert.openedAt.toISOString(),
      resolvedAt: alert.resolvedAt?.toISOString() ?? null,
      link,
    },
  };
}
