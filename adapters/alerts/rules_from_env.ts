/** What the environment says of the rules of alerts, for those who look at them. @module */
import { CHANNEL_RULES, type RuleDefault, THRESHOLDS } from "engine";
import { perChannel } from "./channel_settings.ts";
import type { Env } from "./from_env.ts";

/** What holds if nothing is set. */
const BUILT_IN: Readonly<Record<string, string>> = {
  queue: "15m",
  pool: "15m",
  outbox: "5m",
  memory: "90%",
  disk: "90%",
  connections: "90%",
  long: "5m",
  "long-factor": "3",
  severity: "warning",
  after: "0",
  repeat: "never",
};

/** The variable of each setting of channels. */
const CHANNEL_SETTINGS: Readonly<Record<string, string>> = {
  severity: "AURORA_ALERT_SEVERITY",
  after: "AURORA_ALERT_ESCALATE",
  repeat: "AURORA_ALERT_REPEAT",
};

/** Channels, and the variable that sets each of them up. */
const CHANNELS: Readonly<Record<string, string>> = {
  smtp: "AURORA_SMTP_URL",
  webhook: "AURORA_WEBHOOK_URL",
  kafka: "AURORA_ALERT_TOPIC",
};

/** Every rule as it stands in the environment: thresholds, and what each channel that is set up is told of. */
export function rulesFromEnv(env: Env): readonly RuleDefault[] {
  const thresholds = Object.entries(THRESHOLDS).map(([name, { kind, about }]) => {
    const setting = `AURORA_ALERT_${name.toUpperCase().replace("-", "_")}`;
    return { name, kind, about, setting, ...valueOf(env(setting), BUILT_IN[name]!) };
  });
  const channels = Object.entries(CHANNELS).filter(([, variable]) => env(variable));
  return [...thresholds, ...channels.flatMap(([channel]) => ofChannel(env, channel))];
}

function ofChannel(env: Env, channel: string): RuleDefault[] {
  return Object.entries(CHANNEL_RULES).map(([suffix, { kind, about }]) => {
    const setting = CHANNEL_SETTINGS[suffix]!;
    const text = env(setting) ?? "";
    // One repeat is for all channels, the others are by channel.
    const own = suffix === "repeat" ? text : perChannel(text).get(channel);
    const name = `${channel}.${suffix}`;
    return { name, kind, about: about(channel), setting, ...valueOf(own, BUILT_IN[suffix]!) };
  });
}

const valueOf = (text: string | undefined, otherwise: string) =>
  text ? { value: text, isSet: true } : { value: otherwise, isSet: false };
