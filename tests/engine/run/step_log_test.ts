// deno-lint-ignore-file no-console -- what code prints is what is tested
import { assert, assertEquals } from "@std/assert";
import { logBuffer, type LogRecord, secret } from "engine";

const at = (step: number) => ({ run: "1", step, attempt: 1 });
const now = () => new Date("2025-01-28T00:00:00Z");

function kept() {
  const lines: LogRecord[] = [];
  const keep = (more: readonly LogRecord[]) => Promise.resolve(void lines.push(...more));
  return { lines, buffer: logBuffer({ keep, now }) };
}

Deno.test("logBuffer() tells apart what two steps print at once, also from timers", async () => {
  const { lines, buffer } = kept();
  const print = (step: number) =>
    buffer.of(at(step)).capture(async () => {
      console.log(`begin ${step}`);
      await new Promise((r) => setTimeout(r, 5));
      console.error(`end ${step}`);
    });
  await Promise.all([print(1), print(2)]);
  await buffer[Symbol.asyncDispose]();
  assertEquals(lines.map((l) => `${l.step} ${l.level} ${l.message}`).sort(), [
    "1 error end 1",
    "1 info begin 1",
    "2 error end 2",
    "2 info begin 2",
  ]);
});

Deno.test("logBuffer() cuts long lines, and ends a log that does not end", async () => {
  const { lines, buffer } = kept();
  const log = buffer.of(at(1));
  log.write("info", "x".repeat(100_000));
  for (let i = 0; i < 30_000; i++) {
    log.write("info", "again");
    if (i % 1_000 === 0) await buffer.flush();
  }
  log.say("error", "Cannot run asset");
  await buffer[Symbol.asyncDispose]();
  assertEquals([lines.length, lines[0]!.message.length < 10_000], [20_002, true]);
  assertEquals(lines.slice(-2).map((l) => [l.level, l.message]), [
    ["warn", "10001 lines were left out: an attempt keeps 20000"],
    ["error", "Cannot run asset"],
  ]);
});

Deno.test("a step that prints a million lines keeps memory bounded and lets others be kept", async () => {
  const lines: LogRecord[] = [];
  let chars = 0;
  const isOpen = Promise.withResolvers<void>();
  const buffer = logBuffer({
    now,
    async keep(more) {
      await isOpen.promise;
      for (const l of more) {
        chars += l.message.length;
        if (l.step === 2 || l.level !== "info") lines.push(l);
      }
    },
  });
  const flood = buffer.of(at(1));
  const other = buffer.of(at(2));
  const text = "0123456789".repeat(100);
  for (let i = 0; i < 1_000_000; i++) flood.write("info", text);
  other.write("info", "heard");
  isOpen.resolve();
  await buffer.flush();
  // There is room again, and what was left out is said first.
  flood.write("info", "after");
  flood.say("event", "Materialized");
  await buffer[Symbol.asyncDispose]();
  assert(chars < 5_000_000, `${chars} characters were waiting`);
  assertEquals(lines.map((l) => l.step), [2, 1, 1]);
  const [, said, end] = lines;
  const dropped = Number(/^(\d+) lines were left out/.exec(said!.message)?.[1]);
  assertEquals(dropped, 1_000_001 - Math.round((chars - 5 - said!.message.length - 12) / 1_000));
  assertEquals(end!.message, "Materialized");
});

Deno.test("logBuffer() masks secrets, also where a line is cut, and keeps fields that are no JSON", async () => {
  const { lines, buffer } = kept();
  const key = secret("the-secret-of-the-log");
  const log = buffer.of(at(1));
  log.write("info", `key=${key}`, { key, rows: 3n as never, password: "short" });
  // The cut goes through the secret.
  for (let before = 7_970; before < 8_010; before++) {
    log.write("info", "x".repeat(before) + key + "y".repeat(100));
  }
  await buffer.of(at(2)).capture(() => Promise.resolve(console.log({ key }, new Error(key))));
  await buffer[Symbol.asyncDispose]();
  assertEquals([lines[0]!.message, lines[0]!.fields], [
    "key=***",
    { key: "***", rows: "3", password: "***" },
  ]);
  const text = lines.map((l) => l.message).join("\n");
  for (let n = 4; n <= key.length; n++) assert(!text.includes(key.slice(0, n)), key.slice(0, n));
});

Deno.test("logBuffer() keeps lines in order over a time in which they cannot be kept", async () => {
  const lines: string[] = [];
  let isAway = true;
  const buffer = logBuffer({
    now,
    keep(more) {
      if (isAway) return Promise.reject(new Error("connection refused"));
      lines.push(...more.map((l) => l.message));
      return Promise.resolve();
    },
  });
  const log = buffer.of(at(1));
  log.write("info", "one");
  await buffer.flush();
  log.write("info", "two");
  isAway = false;
  await buffer.flush();
  await buffer[Symbol.asyncDispose]();
  assertEquals(lines, ["one", "two"]);
});
