// deno-lint-ignore-file no-console -- what code prints is what is tested
import { assertEquals, assertStringIncludes } from "@std/assert";
import { logBuffer, type LogRecord } from "engine";

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
  for (let i = 0; i < 30_000; i++) log.write("info", "again");
  await buffer[Symbol.asyncDispose]();
  assertEquals([lines.length, lines[0]!.message.length < 10_000], [20_000, true]);
  assertStringIncludes(lines.at(-1)!.message, "left out");
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
