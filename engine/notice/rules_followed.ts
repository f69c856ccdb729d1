/**
 * What servers go by: what is set, and what people chose instead.
 *
 * @module
 */
import type { SlowRule } from "../decide/slow.ts";
import type { AlertChannel } from "./channel.ts";
import type { Limits } from "./exhausted.ts";
import type { Choices } from "./rule_choices.ts";
import { type RuleKind, ruleValue } from "./rule_values.ts";
import type { ChannelPolicy } from "./telling.ts";

/** Thresholds by name: what they are of. */
export const THRESHOLDS: Readonly<
  Record<
    string,
    & { readonly kind: RuleKind; readonly about: string }
    & ({ readonly limit: keyof Limits } | { readonly slow: "floorMs" | "factor" })
  >
> = {
  queue: { kind: "wait", limit: "queueMs", about: "A step waits for a worker for more than" },
  pool: { kind: "wait", limit: "poolMs", about: "A step waits for its full pool for more than" },
  outbox: { kind: "wait", limit: "outboxMs", about: "An event waits to be sent for more than" },
  memory: { kind: "share", limit: "memory", about: "Memory of a machine is used from" },
  disk: { kind: "share", limit: "disk", about: "Disk of a machine is used from" },
  connections: {
    kind: "share",
    limit: "connections",
    about: "Connections of the database are used from",
  },
  long: { kind: "wait", slow: "floorMs", about: "A step runs for long at the earliest after" },
  "long-factor": {
    kind: "times",
    slow: "factor",
    about: "and for more times the median of its asset than",
  },
};

/** What can be said of each channel. */
export const CHANNEL_RULES: Readonly<
  Record<
    string,
    {
      readonly kind: RuleKind;
      readonly policy: keyof ChannelPolicy;
      about(channel: string): string;
    }
  >
> = {
  severity: {
    kind: "severity",
    policy: "least",
    about: (channel) => `${channel} is told of what is at least`,
  },
  after: {
    kind: "delay",
    policy: "afterMs",
    about: (channel) => `${channel} is told only if nobody looked after it for`,
  },
  repeat: {
    kind: "repeat",
    policy: "repeatMs",
    about: (channel) => `${channel} is told again of what nobody looks after, every`,
  },
};

/** What servers go by. */
export interface Followed {
  readonly limits: Limits;
  readonly slow: SlowRule;
  readonly channels: readonly AlertChannel[];
}

/**
 * What holds with what people chose; a choice that means nothing here, of a channel that is gone or of another version of
 * this program, changes nothing.
 */
export function followed(base: Followed, chosen: Choices): Followed {
  const limits: Partial<Record<keyof Limits, number>> = {};
  const slow: { factor?: number; floorMs?: number } = {};
  for (const [name, rule] of Object.entries(THRESHOLDS)) {
    const value = valueOf(chosen, name, rule.kind);
    if (value === null) continue;
    if ("limit" in rule) limits[rule.limit] = value as number;
    else slow[rule.slow] = value as number;
  }
  return {
    limits: { ...base.limits, ...limits },
    slow: { ...base.slow, ...slow },
    channels: base.channels.map((channel) => ({
      ...channel,
      name: channel.name,
      send: (...told: Parameters<AlertChannel["send"]>) => channel.send(...told),
      policy: policyOf(channel, chosen),
    })),
  };
}

function policyOf({ name, policy = {} }: AlertChannel, chosen: Choices): ChannelPolicy {
  const own: { [key: string]: unknown } = { ...policy };
  for (const [suffix, rule] of Object.entries(CHANNEL_RULES)) {
    const value = valueOf(chosen, `${name}.${suffix}`, rule.kind);
    if (value === undefined) delete own[rule.policy];
    else if (value !== null) own[rule.policy] = value;
  }
  return own as ChannelPolicy;
}

/** Null if nothing was chosen, or nothing that can be read. */
const valueOf = (chosen: Choices, name: string, kind: RuleKind) => {
  const choice = Object.hasOwn(chosen, name) ? chosen[name] : undefined;
  return choice === undefined ? null : ruleValue(kind, choice.value);
};
