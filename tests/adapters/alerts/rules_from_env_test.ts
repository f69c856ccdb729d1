import { assertEquals } from "@std/assert";
import { followed, LIMITS } from "engine";
import { rulesFromEnv } from "../../../adapters/alerts/rules_from_env.ts";

const read = (vars: { readonly [name: string]: string }) =>
  new Map(rulesFromEnv((name) => vars[name]).map((r) => [r.name, r]));

Deno.test("rulesFromEnv() without any setting is what servers go by without any", () => {
  const rules = read({});
  const asChosen = Object.fromEntries(
    [...rules.values()].map((r) => [r.name, { value: r.value, by: "", at: "" }]),
  );
  const { limits, slow } = followed({ limits: LIMITS, slow: {}, channels: [] }, asChosen);
  assertEquals(limits, LIMITS);
  assertEquals(slow, { floorMs: 300_000, factor: 3 }, "the defaults of slowSteps()");
  assertEquals([...rules.values()].filter((r) => r.isSet), []);
});

Deno.test("rulesFromEnv() tells what is set, by which variable", () => {
  const rules = read({
    AURORA_ALERT_QUEUE: "1h",
    AURORA_ALERT_LONG_FACTOR: "5",
    AURORA_SMTP_URL: "smtp://mail",
    AURORA_WEBHOOK_URL: "https://hooks.example.com",
    AURORA_ALERT_REPEAT: "4h",
    AURORA_ALERT_ESCALATE: "webhook=30m",
    AURORA_ALERT_SEVERITY: "smtp=error",
  });
  const of = (name: string) => {
    const { value, setting, isSet } = rules.get(name)!;
    return [value, setting, isSet];
  };
  assertEquals(of("queue"), ["1h", "AURORA_ALERT_QUEUE", true]);
  assertEquals(of("pool"), ["15m", "AURORA_ALERT_POOL", false]);
  assertEquals(of("long-factor"), ["5", "AURORA_ALERT_LONG_FACTOR", true]);
  assertEquals(of("smtp.repeat"), ["4h", "AURORA_ALERT_REPEAT", true]);
  assertEquals(of("smtp.after"), ["0", "AURORA_ALERT_ESCALATE", false]);
  assertEquals(of("webhook.after"), ["30m", "AURORA_ALERT_ESCALATE", true]);
  assertEquals(of("smtp.severity"), ["error", "AURORA_ALERT_SEVERITY", true]);
  assertEquals(of("webhook.severity"), ["warning", "AURORA_ALERT_SEVERITY", false]);
  assertEquals(rules.has("kafka.severity"), false, "it is not set up");
});
