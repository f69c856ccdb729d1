import { assertEquals, assertThrows } from "@std/assert";
import { DoNotRetry, nextTry, RetryRequested, UserCodeError, wishOf } from "engine";

const now = new Date("2025-01-27T06:00:00Z");
const after = (ms: number) => new Date(now.getTime() + ms);
const retry = { attempts: 3, delay: "10s", jitter: 0 } as const;
const tried = (thrown: unknown, failures = 0) => ({ thrown, failures, now, random: () => 0.5 });

Deno.test("nextTry() without a wish is what the asset declares", () => {
  assertEquals(nextTry(retry, tried(new Error("x"), 1)), { at: after(20_000), counts: true });
  assertEquals(nextTry(retry, tried(new Error("x"), 2)), null);
  assertEquals(nextTry(retry, tried("not even an error")), { at: after(10_000), counts: true });
});

Deno.test("nextTry() after DoNotRetry is none, whatever the asset declares", () => {
  assertEquals(nextTry({ attempts: 100 }, tried(new DoNotRetry("no such key"))), null);
});

Deno.test("nextTry() counts a RetryRequested unless it says otherwise", () => {
  const ask = new RetryRequested("later", { delay: "5m" });
  assertEquals(nextTry(retry, tried(ask, 1)), { at: after(300_000), counts: true });
  assertEquals(nextTry(retry, tried(ask, 2)), null);
  const free = new RetryRequested("later", { delay: "5m", counts: false });
  assertEquals(nextTry({ attempts: 1 }, tried(free)), { at: after(300_000), counts: false });
});

Deno.test("nextTry() without a delay waits as the asset declares", () => {
  const ask = new RetryRequested("later", { counts: false });
  assertEquals(nextTry(retry, tried(ask, 1))?.at, after(20_000));
});

Deno.test("nextTry() takes the attempts that are asked for instead of the declared ones", () => {
  const ask = new RetryRequested("later", { delay: "1s", attempts: 5 });
  assertEquals(nextTry({ attempts: 1 }, tried(ask, 3))?.at, after(1_000));
  assertEquals(nextTry({ attempts: 10 }, tried(ask, 4)), null);
});

Deno.test("wishOf() finds a wish below the errors that wrap it, the outermost first", () => {
  const inner = new RetryRequested("later");
  assertEquals(wishOf(new UserCodeError("asset", new Error("client", { cause: inner }))), inner);
  const outer = new DoNotRetry("give up", { cause: inner });
  assertEquals(wishOf(new UserCodeError("asset", outer)), outer);
  assertEquals(wishOf(new Error("plain")), undefined);
  const circle = new Error("round");
  circle.cause = circle;
  assertEquals(wishOf(circle), undefined);
});

Deno.test("RetryRequested refuses a delay and attempts that mean nothing", () => {
  assertThrows(() => new RetryRequested("x", { delay: "soon" as "1s" }), SyntaxError, '"soon"');
  assertThrows(() => new RetryRequested("x", { attempts: 0 }), RangeError, "attempts is 0");
});
