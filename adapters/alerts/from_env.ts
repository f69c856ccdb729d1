/** Which channels the environment asks for. @module */
import type { AlertChannel } from "engine";
import { smtpChannel } from "./smtp.ts";
import { webhookChannel } from "./webhook.ts";

/** Reads a setting; undefined or empty if it is not given. */
export type Env = (name: string) => string | undefined;

/**
 * The channels that are set up: mail by `AURORA_SMTP_URL`, `AURORA_ALERT_FROM` and `AURORA_ALERT_TO` (and
 * `AURORA_SMTP_CA`, PEM, for a certificate of one's own), a webhook by `AURORA_WEBHOOK_URL` (and
 * `AURORA_WEBHOOK_SECRET`). Both need `AURORA_BASE_URL`, where the UI is. None if nothing is given.
 *
 * @throws {TypeError} If a channel is given by half, with the names of what is missing.
 */
export function channelsFromEnv(env: Env): AlertChannel[] {
  return [...mail(env), ...webhook(env)];
}

function mail(env: Env): AlertChannel[] {
  const given = whole(env, "mail", [
    "AURORA_SMTP_URL",
    "AURORA_ALERT_FROM",
    "AURORA_ALERT_TO",
  ], ["AURORA_SMTP_CA"]);
  if (!given) return [];
  const ca = env("AURORA_SMTP_CA");
  return [smtpChannel({
    url: given.AURORA_SMTP_URL,
    from: given.AURORA_ALERT_FROM,
    to: given.AURORA_ALERT_TO,
    baseUrl: given.AURORA_BASE_URL,
    ...(ca ? { tls: { ca } } : {}),
  })];
}

function webhook(env: Env): AlertChannel[] {
  const given = whole(env, "a webhook", ["AURORA_WEBHOOK_URL"], ["AURORA_WEBHOOK_SECRET"]);
  if (!given) return [];
  const secret = env("AURORA_WEBHOOK_SECRET");
  return [webhookChannel({
    url: given.AURORA_WEBHOOK_URL,
    baseUrl: given.AURORA_BASE_URL,
    ...(secret ? { secret } : {}),
  })];
}

/** All that a channel needs; undefined if nothing of it is given. */
function whole<const Name extends string>(
  env: Env,
  what: string,
  names: readonly Name[],
  optional: readonly string[],
): { readonly [N in Name | "AURORA_BASE_URL"]: string } | undefined {
  if (![...names, ...optional].some((name) => env(name))) return undefined;
  const all = [...names, "AURORA_BASE_URL"] as const;
  const missing = all.filter((name) => !env(name));
  if (missing.length > 0) {
    const found = [...names, ...optional].filter((name) => env(name));
    throw new TypeError(
      `Cannot send alerts by ${what}: ${found.join(", ")} is given but not ${missing.join(", ")}` +
        "; give all of them or none",
    );
  }
  const base = env("AURORA_BASE_URL")!;
  if (!/^https?:\/\//.test(base) || !URL.canParse(base)) {
    throw new TypeError(
      `Cannot send alerts by ${what}: AURORA_BASE_URL is "${base}", not like "https://aurora.example.com"`,
    );
  }
  return Object.fromEntries(all.map((name) => [name, env(name)!])) as {
    [N in Name | "AURORA_BASE_URL"]: string;
  };
}
