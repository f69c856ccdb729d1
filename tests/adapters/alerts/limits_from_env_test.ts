import { assertEquals, assertThrows } from "@std/assert";
import { LIMITS } from "engine";
import { limitsFromEnv, slowFromEnv } from "../../../adapters/alerts/limits_from_env.ts";

const read = (vars: { readonly [name: string]: string }) => limitsFromEnv((name) => vars[name]);

Deno.test("limitsFromEnv() gives what is set, and for the rest what is usual", () => {
  assertEquals(read({ AURORA_ALERT_DISK: "" }), LIMITS);
  const set = {
    AURORA_ALERT_QUEUE: "1h",
    AURORA_ALERT_POOL: "2h",
    AURORA_ALERT_OUTBOX: "90s",
    AURORA_ALERT_MEMORY: "80%",
    AURORA_ALERT_DISK: "99.5%",
    AURORA_ALERT_CONNECTIONS: "50%",
  };
  assertEquals(read(set), {
    queueMs: 3_600_000,
    poolMs: 7_200_000,
    outboxMs: 90_000,
    memory: 0.8,
    disk: 0.995,
    connections: 0.5,
  });
});

Deno.test("limitsFromEnv() refuses what is no limit, with the setting", () => {
  for (const text of ["0.9", "0%", "101%", "much"]) {
    assertThrows(
      () => read({ AURORA_ALERT_DISK: text }),
      TypeError,
      `AURORA_ALERT_DISK: "${text}"`,
    );
  }
  for (const text of ["15", "0s", "soon"]) {
    assertThrows(
      () => read({ AURORA_ALERT_QUEUE: text }),
      TypeError,
      `AURORA_ALERT_QUEUE: "${text}"`,
    );
  }
});

Deno.test("slowFromEnv() gives what is set, and refuses what is none", () => {
  const slow = (vars: { readonly [name: string]: string }) => slowFromEnv((name) => vars[name]);
  assertEquals(slow({}), {});
  assertEquals(slow({ AURORA_ALERT_LONG: "1h", AURORA_ALERT_LONG_FACTOR: "2.5" }), {
    floorMs: 3_600_000,
    factor: 2.5,
  });
  assertThrows(() => slow({ AURORA_ALERT_LONG: "long" }), TypeError, 'AURORA_ALERT_LONG: "long"');
  assertThrows(() => slow({ AURORA_ALERT_LONG_FACTOR: "0.5" }), TypeError, '"0.5" is not a number');
});
