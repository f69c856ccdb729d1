/** Which channels the environment asks for. @module */
import {
  type AlertChannel,
  type Duration,
  type EventLog,
  positive,
  SEVERITIES,
  type Severity,
} from "engine";
import { ofChannels } from "./channel_settings.ts";
import { type Shape, SHAPES } from "./bodies.ts";
import { privateHosts } from "../../reach/mod.ts";
import { eventChannel } from "./events.ts";
import { smtpChannel } from "./smtp.ts";
import { webhookChannel } from "./webhook.ts";

/** Reads a setting; undefined or empty if it is not given. */
export type Env = (name: string) => string | undefined;

/** What channels need that the environment does not have. */
export interface Given {
  /** Opens the log of events; undefined where there is none. */
  readonly events?: (() => EventLog | Promise<EventLog>) | undefined;
}

/**
 * The channels that are set up: mail by `AURORA_SMTP_URL`, `AURORA_ALERT_FROM` and `AURORA_ALERT_TO` (and
 * `AURORA_SMTP_CA`, PEM, for a certificate of one's own), a webhook by `AURORA_WEBHOOK_URL` (and
 * `AURORA_WEBHOOK_SECRET`, `AURORA_WEBHOOK_SHAPE`; `AURORA_PRIVATE_HOSTS` says which hosts may be in a private network), events by `AURORA_ALERT_TOPIC`. All
 * need `AURORA_BASE_URL`, where the UI is. None if nothing is given. `AURORA_ALERT_REPEAT` tells all of them again,
 * `AURORA_ALERT_ESCALATE` (`webhook=30m`) some of them later, `AURORA_ALERT_SEVERITY` (`webhook=error`) only of what is at
 * least so severe.
 *
 * @throws {TypeError} If a channel is given by half, with the names of what is missing.
 */
export function channelsFromEnv(env: Env, given: Given = {}): AlertChannel[] {
  const channels = [...mail(env), ...webhook(env), ...topic(env, given)];
  return withPolicies(channels, env);
}

/** Repeats, escalations and severities, as settings say. */
function withPolicies(channels: readonly AlertChannel[], env: Env): AlertChannel[] {
  const repeat = env("AURORA_ALERT_REPEAT");
  const known = channels.map((c) => c.name);
  const later = ofChannels(env("AURORA_ALERT_ESCALATE") ?? "", {
    setting: "AURORA_ALERT_ESCALATE",
    doing: "escalate alerts",
    example: "webhook=30m",
    known,
    read: (text) => msOf("AURORA_ALERT_ESCALATE", text),
  });
  const least = ofChannels(env("AURORA_ALERT_SEVERITY") ?? "", {
    setting: "AURORA_ALERT_SEVERITY",
    doing: "choose alerts by severity",
    example: "webhook=error",
    known,
    read: severityOf,
  });
  return channels.map((channel) => ({
    ...channel,
    policy: {
      ...(repeat ? { repeatMs: msOf("AURORA_ALERT_REPEAT", repeat) } : {}),
      ...(later.has(channel.name) ? { afterMs: later.get(channel.name)! } : {}),
      ...(least.has(channel.name) ? { least: least.get(channel.name)! } : {}),
    },
  }));
}

function severityOf(text: string): Severity {
  const found = SEVERITIES.find((s) => s === text);
  if (found) return found;
  throw new TypeError(
    `Cannot read AURORA_ALERT_SEVERITY: "${text}" is not ${SEVERITIES.join(", ")}`,
  );
}

function msOf(setting: string, text: string): number {
  try {
    return positive(text as Duration, setting);
  } catch (cause) {
    throw new TypeError(`Cannot read ${setting}: "${text}" is no duration like "30m" or "4h"`, {
      cause,
    });
  }
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

const HOOK = ["AURORA_WEBHOOK_SECRET", "AURORA_WEBHOOK_SHAPE"] as const;

function webhook(env: Env): AlertChannel[] {
  const given = whole(env, "a webhook", ["AURORA_WEBHOOK_URL"], HOOK);
  if (!given) return [];
  const [secret, shape] = HOOK.map(env);
  return [webhookChannel({
    url: given.AURORA_WEBHOOK_URL,
    baseUrl: given.AURORA_BASE_URL,
    shape: shapeOf(shape || "slack"),
    privateHosts: privateHosts(env("AURORA_PRIVATE_HOSTS") ?? ""),
    ...(secret ? { secret } : {}),
  })];
}

function shapeOf(text: string): Shape {
  const shape = SHAPES.find((s) => s === text);
  if (shape) return shape;
  throw new TypeError(
    `Cannot send alerts by a webhook: AURORA_WEBHOOK_SHAPE is "${text}", not ${SHAPES.join(", ")}`,
  );
}

function topic(env: Env, { events }: Given): AlertChannel[] {
  const given = whole(env, "events", ["AURORA_ALERT_TOPIC"], []);
  if (!given) return [];
  if (!events) {
    throw new TypeError(
      "Cannot send alerts by events: AURORA_ALERT_TOPIC is given but neither KAFKA_BROKERS " +
        'nor a connection "aurora_kafka"',
    );
  }
  return [
    eventChannel({
      open: events,
      topic: given.AURORA_ALERT_TOPIC,
      baseUrl: given.AURORA_BASE_URL,
    }),
  ];
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
