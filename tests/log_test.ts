/** Lines of the log of server and workers. @module */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { secret } from "engine";
import { errorFields, eventIn, lineOf, logFormat, printer } from "../log.ts";

const at = new Date("2025-01-27T06:00:00Z");

Deno.test("lineOf() gives one line whatever stands in an event", () => {
  const line = lineOf("json", at, "two\nlines", { fields: { text: "a\nb", big: 3n, at } });
  assertEquals(line.split("\n").length, 1);
  assertEquals(JSON.parse(line), {
    time: "2025-01-27T06:00:00.000Z",
    level: "info",
    message: "two\nlines",
    text: "a\nb",
    big: "3",
    at: "2025-01-27T06:00:00.000Z",
  });
});

Deno.test("lineOf() masks secrets in messages, in fields and by their names", () => {
  secret("planted-in-a-log-line");
  const error = new Error("no planted-in-a-log-line", { cause: "planted-in-a-log-line" });
  const event = {
    fields: { password: "any", of: ["planted-in-a-log-line"], ...errorFields(error) },
  };
  for (const format of ["json", "text"] as const) {
    const line = lineOf(format, at, "with planted-in-a-log-line", event);
    assert(!line.includes("planted-in-a-log-line"), line);
    assert(!line.includes('"any"'), line);
  }
});

Deno.test("lineOf() keeps time, level and message, whatever a field is called", () => {
  const line = lineOf("json", at, "m", { level: "warn", fields: { message: "x", level: "y" } });
  const { message, level, field_message, field_level } = JSON.parse(line);
  assertEquals([message, level, field_message, field_level], ["m", "warn", "x", "y"]);
});

Deno.test("eventIn() reads what printer() wrote, and nothing else", () => {
  const lines: string[] = [];
  printer("json", (line) => lines.push(line), { process: "worker" })("Worker joined", {
    level: "error",
    fields: { worker: "7" },
  });
  assertEquals(eventIn(lines[0]!), {
    message: "Worker joined",
    level: "error",
    fields: { process: "worker", worker: "7" },
  });
  assertEquals(["plain", '{"time":', '{"time":1}', '{"joined":"1"}'].map(eventIn), [
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

Deno.test("logFormat() refuses what it does not know", () => {
  assertEquals([undefined, "", "text", "json"].map(logFormat), ["text", "text", "text", "json"]);
  assertThrows(() => logFormat("xml"), SyntaxError, '"xml"');
});
