import { assertEquals, assertThrows } from "@std/assert";
import { channelsFromEnv } from "../../../adapters/alerts/from_env.ts";

const mail = {
  AURORA_SMTP_URL: "smtp://user:pass@mail:587",
  AURORA_ALERT_FROM: "aurora@example.com",
  AURORA_ALERT_TO: "ops@example.com",
};
const hook = { AURORA_WEBHOOK_URL: "https://hooks.example.com/x" };
const base = { AURORA_BASE_URL: "https://aurora.example.com" };

type Vars = { readonly [name: string]: string };
const names = (vars: Vars) => channelsFromEnv((name) => vars[name]).map((c) => c.name);

Deno.test("channelsFromEnv() gives the channels that are set up", () => {
  assertEquals(names({}), []);
  assertEquals(names(base), []);
  assertEquals(names({ ...mail, ...base }), ["smtp"]);
  assertEquals(names({ ...hook, ...base, AURORA_WEBHOOK_SECRET: "s" }), ["webhook"]);
  assertEquals(names({ ...mail, ...hook, ...base }), ["smtp", "webhook"]);
});

Deno.test("channelsFromEnv() counts an empty setting as none", () => {
  assertEquals(names({ AURORA_SMTP_URL: "", AURORA_WEBHOOK_URL: "" }), []);
});

Deno.test("channelsFromEnv() names what is missing of what is given by half", () => {
  const cases: [Vars, string][] = [
    [{ ...base, AURORA_SMTP_URL: mail.AURORA_SMTP_URL }, "not AURORA_ALERT_FROM, AURORA_ALERT_TO"],
    [{ ...base, AURORA_ALERT_TO: "a@b" }, "AURORA_ALERT_TO is given but not AURORA_SMTP_URL"],
    [{ ...base, AURORA_WEBHOOK_SECRET: "s" }, "but not AURORA_WEBHOOK_URL"],
    [mail, "but not AURORA_BASE_URL"],
    [{ ...hook, AURORA_BASE_URL: "aurora:8081" }, 'AURORA_BASE_URL is "aurora:8081"'],
  ];
  for (const [vars, words] of cases) assertThrows(() => names(vars), TypeError, words);
});

Deno.test("channelsFromEnv() sends events where there is a log of events", () => {
  const vars: Vars = { ...base, AURORA_ALERT_TOPIC: "ops.alerts" };
  const events = () => Promise.reject(new Error("not opened before the first alert"));
  const found = channelsFromEnv((name) => vars[name], { events });
  assertEquals(found.map((c) => c.name), ["kafka"]);
  assertThrows(() => names(vars), TypeError, "neither KAFKA_BROKERS");
});

Deno.test("channelsFromEnv() repeats all channels and escalates to some", () => {
  const vars: Vars = {
    ...mail,
    ...hook,
    ...base,
    AURORA_ALERT_REPEAT: "4h",
    AURORA_ALERT_ESCALATE: "webhook=30m",
    AURORA_ALERT_SEVERITY: "smtp=error, webhook=critical",
  };
  const found = channelsFromEnv((name) => vars[name]);
  const hour = 3_600_000;
  assertEquals(found.map((c) => c.policy), [
    { repeatMs: 4 * hour, least: "error" },
    { repeatMs: 4 * hour, afterMs: hour / 2, least: "critical" },
  ]);
  const wrong: [Vars, string][] = [
    [{ AURORA_ALERT_REPEAT: "often" }, 'AURORA_ALERT_REPEAT: "often"'],
    [{ AURORA_ALERT_ESCALATE: "webhook" }, 'AURORA_ALERT_ESCALATE: ""'],
    [{ AURORA_ALERT_SEVERITY: "smtp=bad" }, '"bad" is not warning, error, critical'],
    [{ AURORA_ALERT_SEVERITY: "pager=error" }, 'has "pager=error", not like "webhook=error"'],
    [
      { AURORA_ALERT_ESCALATE: "pager=1h" },
      'has "pager=1h", not like "webhook=30m" with one of smtp',
    ],
  ];
  for (const [more, words] of wrong) {
    assertThrows(() => names({ ...mail, ...hook, ...base, ...more }), TypeError, words);
  }
});

Deno.test("channelsFromEnv() knows the shapes of a webhook", () => {
  for (const shape of ["slack", "teams", "json", ""]) {
    assertEquals(names({ ...hook, ...base, AURORA_WEBHOOK_SHAPE: shape }), ["webhook"]);
  }
  const wrong = { ...hook, ...base, AURORA_WEBHOOK_SHAPE: "discord" };
  assertThrows(() => names(wrong), TypeError, '"discord", not slack, teams, json');
});
