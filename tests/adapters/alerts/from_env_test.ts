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
