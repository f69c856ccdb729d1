import { assertEquals, assertRejects } from "@std/assert";
import {
  type AlertChannel,
  type Choices,
  choices,
  choose,
  followed,
  LIMITS,
  type RuleDefault,
  ruleValue,
  UnknownName,
} from "engine";
import { memoryLedger } from "engine/testing";

const now = new Date("2025-01-28T12:00:00Z");
const DEFAULTS: readonly RuleDefault[] = [
  { name: "queue", kind: "wait", about: "", value: "15m", setting: "Q", isSet: false },
  { name: "mail.severity", kind: "severity", about: "", value: "error", setting: "S", isSet: true },
];

const ledgerOf = () => memoryLedger({ now: () => now });
const by = "ada";

Deno.test("ruleValue() reads values of each kind, and nothing else", () => {
  const good = {
    wait: { "15m": 900_000, "2h": 7_200_000 },
    share: { "90%": 0.9, "100%": 1, "0.5%": 0.005 },
    times: { "1": 1, "2.5": 2.5 },
    severity: { error: "error" },
    delay: { "0": 0, "30m": 1_800_000 },
    repeat: { never: undefined, "4h": 14_400_000 },
  } as const;
  const bad = {
    wait: ["", "15", "0s", "-5m", "never"],
    share: ["90", "0%", "101%", "NaN%"],
    times: ["0", "0.9", "x", "1e3", ""],
    severity: ["info", ""],
    delay: ["never", "-1m"],
    repeat: ["0", "always"],
  } as const;
  for (const [kind, values] of Object.entries(good)) {
    for (const [text, value] of Object.entries(values)) {
      assertEquals(ruleValue(kind as keyof typeof good, text), value, `${kind} ${text}`);
    }
    for (const text of bad[kind as keyof typeof bad]) {
      assertEquals(ruleValue(kind as keyof typeof good, text), null, `${kind} ${text}`);
    }
  }
});

Deno.test("choose() remembers who chose what and when, and null lets the default hold again", async () => {
  const ledger = ledgerOf();
  await choose(ledger, DEFAULTS, { name: "queue", value: "30m", by, now });
  await choose(ledger, DEFAULTS, { name: "mail.severity", value: "critical", by: "bob", now });
  const at = now.toISOString();
  assertEquals(await choices(ledger), {
    queue: { value: "30m", by, at },
    "mail.severity": { value: "critical", by: "bob", at },
  });
  await choose(ledger, DEFAULTS, { name: "queue", value: null, by, now });
  assertEquals(Object.keys(await choices(ledger)), ["mail.severity"]);
});

Deno.test("choose() of two people at once loses neither", async () => {
  const ledger = ledgerOf();
  await Promise.all([
    choose(ledger, DEFAULTS, { name: "queue", value: "30m", by, now }),
    choose(ledger, DEFAULTS, { name: "mail.severity", value: "critical", by, now }),
  ]);
  assertEquals(Object.keys(await choices(ledger)).toSorted(), ["mail.severity", "queue"]);
});

Deno.test("choose() refuses what is no rule, or no value of it", async () => {
  const set = (name: string, value: string) =>
    choose(ledgerOf(), DEFAULTS, { name, value, by, now });
  await assertRejects(() => set("queu", "30m"), UnknownName, 'did you mean "queue"?');
  await assertRejects(() => set("constructor", "30m"), UnknownName);
  await assertRejects(
    () => set("queue", "30"),
    RangeError,
    'Cannot set alert rule "queue": "30" is not a time like "15m" or "2h"',
  );
});

const chosen = (values: { readonly [rule: string]: string }): Choices =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, { value, by, at: "" }]),
  );

Deno.test("followed() puts what was chosen in the place of what is set, and leaves the rest", async () => {
  const told: string[] = [];
  class Mail implements AlertChannel {
    readonly name = "mail";
    readonly policy = { repeatMs: 1, afterMs: 2 };
    send() {
      told.push(this.name);
      return Promise.resolve();
    }
  }
  const base = { limits: LIMITS, slow: { least: 4 }, channels: [new Mail()] };
  assertEquals(followed(base, {}).limits, LIMITS);
  const now = followed(
    base,
    chosen({
      queue: "30m",
      disk: "75%",
      "long-factor": "5",
      "mail.severity": "error",
      "mail.repeat": "never",
      "gone.severity": "error",
      pool: "nonsense of another version",
    }),
  );
  assertEquals(now.limits, { ...LIMITS, queueMs: 1_800_000, disk: 0.75 });
  assertEquals(now.slow, { least: 4, factor: 5 });
  assertEquals(now.channels.map((c) => c.policy), [{ afterMs: 2, least: "error" }]);
  await now.channels[0]!.send({} as never, "open");
  assertEquals(told, ["mail"]);
});
