/** Alerts by HTTP. @module */
import type { AlertChannel } from "engine";
import { bodyOf, type Shape } from "./bodies.ts";
import { LIMIT_MS } from "./notice.ts";
import { ask, type PrivateHosts } from "../../reach/mod.ts";

/** How a webhook is called. */
export interface WebhookOptions {
  /** Who listens. It is treated as a secret: messages name its host alone. */
  readonly url: string;
  /** Where the UI is, for links. */
  readonly baseUrl: string;
  /** What the listener shows. @default {"slack"} */
  readonly shape?: Shape;
  /**
   * Signs the call: `X-Aurora-Timestamp` has the seconds since 1970, and `X-Aurora-Signature` is `sha256=` and the
   * hexadecimal HMAC of timestamp, full stop and body. Who listens refuses what is older than some minutes.
   */
  readonly secret?: string;
  /** Hosts that may be at a private address. Without it the webhook must be on the public internet. */
  readonly privateHosts?: PrivateHosts;
  /** PEM of an authority, for a certificate that no public one signed. */
  readonly ca?: string;
  /** Milliseconds after which a call counts as failed. @default {10000} */
  readonly limitMs?: number;
  /** The clock of the signature. */
  now?(): Date;
}

/**
 * Tells a webhook in the shape that it shows; to Slack and programs under `aurora` the fields of the alert.
 *
 * @throws {TypeError} If the URL is none of HTTP.
 */
export function webhookChannel(options: WebhookOptions): AlertChannel {
  const url = urlOf(options.url);
  const now = options.now ?? (() => new Date());
  return {
    name: "webhook",
    async send(alert, phase, group = []) {
      const told = { alert, phase, group, baseUrl: options.baseUrl };
      const body = JSON.stringify(bodyOf(options.shape ?? "slack", told));
      const status = await call(options, url, {
        body,
        headers: {
          "Content-Type": "application/json",
          ...(options.secret ? await signed(options.secret, body, now()) : {}),
        },
      });
      if (status < 200 || status > 299) {
        const why = status > 299 && status < 400 ? ", and redirections are not followed" : "";
        throw new Error(
          `Cannot call webhook at "${url.host}": it answered ${status}, not 200 to 299${why}`,
        );
      }
    },
  };
}

function urlOf(text: string): URL {
  const right = 'what is right is like "https://hooks.example.com/path"';
  if (!URL.canParse(text)) throw new TypeError(`Cannot read webhook: it is no URL, ${right}`);
  const url = new URL(text);
  if (!["http:", "https:"].includes(url.protocol)) {
    throw new TypeError(`Cannot read webhook: "${url.protocol}" is not HTTP, ${right}`);
  }
  return url;
}

async function call(
  { privateHosts = [], limitMs = LIMIT_MS, ca }: WebhookOptions,
  url: URL,
  what: { readonly body: string; readonly headers: { readonly [name: string]: string } },
): Promise<number> {
  try {
    return await ask({
      ...what,
      method: "POST",
      url,
      privateHosts,
      limitMs,
      ...(ca ? { ca } : {}),
    });
  } catch (error) {
    // What protects the channel may be the path alone.
    throw new Error(`Cannot call webhook at "${url.host}": ${reasonOf(error, url)}`);
  }
}

function reasonOf(error: unknown, url: URL): string {
  const text = error instanceof Error ? error.message : String(error);
  const { href, pathname, search, username, password, host } = url;
  const secrets = [href, pathname + search, pathname, search, `${username}:${password}`];
  return secrets.filter((s) => s.length > 1).reduce((t, s) => t.replaceAll(s, host), text);
}

async function signed(secret: string, body: string, now: Date) {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const timestamp = String(Math.floor(now.getTime() / 1000));
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", bytes(secret), algorithm, false, ["sign"]);
  const mac = await crypto.subtle.sign("HMAC", key, bytes(`${timestamp}.${body}`));
  return {
    "X-Aurora-Timestamp": timestamp,
    "X-Aurora-Signature": `sha256=${new Uint8Array(mac).toHex()}`,
  };
}
