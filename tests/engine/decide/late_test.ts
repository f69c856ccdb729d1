import { assertEquals } from "@std/assert";
import { freshness } from "engine";
import { freshnessTrack, lateness } from "../../../engine/decide/late.ts";
import { retryAt } from "../../../engine/decide/retry.ts";

const at = (text: string) => new Date(`2025-01-27T${text}:00Z`);
const policy = freshness({ within: "10h" });

const table: readonly (readonly [string, Date | null, string, string, string])[] = [
  ["a young asset", at("00:00"), "02:00", "ok", "built 2 h ago, due again in 8 h"],
  ["one that is nearly late", at("00:00"), "08:00", "warn", "built 8 h ago, due again in 2 h"],
  ["one at its limit", at("00:00"), "10:00", "late", "built 10 h ago, late by 0 ms"],
  ["one past it", at("00:00"), "12:30", "late", "built 12 h 30 min ago, late by 2 h 30 min"],
  ["one never built", null, "12:00", "warn", "never built"],
];

for (const [name, builtAt, now, state, words] of table) {
  Deno.test(`lateness() judges ${name}`, () => {
    const found = lateness({ policy, builtAt }, at(now));
    assertEquals([found.state, found.words], [state, words]);
  });
}

Deno.test("lateness() is none without a promise", () => {
  assertEquals(lateness({ policy: undefined, builtAt: at("00:00") }, at("20:00")).state, "none");
});

Deno.test("lateness() of what was never built counts from when it is known", () => {
  const age = { policy, builtAt: null, knownSince: at("00:00") };
  assertEquals(lateness(age, at("04:00")).words, "never built, due in 6 h");
  assertEquals(lateness(age, at("10:30")).state, "late");
});

Deno.test("freshnessTrack() follows age between builds and begins with none", () => {
  const window = { from: at("00:00"), to: at("23:00") };
  const track = freshnessTrack(policy, [at("12:00"), at("01:00")], window);
  const text = track.map((s) =>
    `${s.from.toISOString().slice(11, 16)}-${s.to.toISOString().slice(11, 16)} ${s.state}`
  );
  assertEquals(text, [
    "00:00-01:00 none",
    "01:00-09:00 ok",
    "09:00-11:00 warn",
    "11:00-12:00 late",
    "12:00-20:00 ok",
    "20:00-22:00 warn",
    "22:00-23:00 late",
  ]);
});

Deno.test("freshnessTrack() sees builds from before its window", () => {
  const window = { from: at("08:00"), to: at("10:00") };
  const track = freshnessTrack(policy, [at("01:00")], window);
  assertEquals(track.map((s) => s.state), ["ok", "warn"]);
});

Deno.test("retryAt() waits twice as long each time, at most an hour, with jitter to both sides", () => {
  const retry = { attempts: 30, delay: "10s" } as const;
  const wait = (attempt: number, random: number, o = {}) =>
    retryAt({ ...retry, ...o }, attempt, at("00:00"), () => random)!.getTime() -
    at("00:00").getTime();
  assertEquals([wait(1, 0.5), wait(2, 0.5), wait(3, 0.5)], [10_000, 20_000, 40_000]);
  assertEquals([wait(1, 0), wait(1, 1)], [9_000, 11_000]);
  assertEquals(wait(20, 0.5), 3_600_000);
  assertEquals(wait(3, 0.5, { backoff: "constant" }), 10_000);
  assertEquals(wait(3, 0.9, { jitter: 0 }), 40_000);
  assertEquals(retryAt({ attempts: 1 }, 1, at("00:00"), () => 0), null);
});
