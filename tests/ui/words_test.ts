import { assertEquals } from "@std/assert";
import {
  ago,
  count,
  duration,
  elapsed,
  figure,
  lateResults,
  many,
  plain,
  until,
} from "../../ui/words.ts";

const now = new Date("2025-01-28T08:30:00Z");

Deno.test("ago() says how long ago in the unit that fits", () => {
  assertEquals(ago(null, now), "never");
  assertEquals(ago("2025-01-28T08:29:55Z", now), "just now");
  assertEquals(ago("2025-01-28T08:29:30Z", now), "30 s ago");
  assertEquals(ago("2025-01-28T08:00:00Z", now), "30 min ago");
  assertEquals(ago("2025-01-27T06:30:00Z", now), "26 h ago");
  assertEquals(ago("2025-01-25T08:30:00Z", now), "3 d ago");
});

Deno.test("until() says how soon, and now for what is due", () => {
  assertEquals(until("2025-01-28T12:00:00Z", now), "in 4 h");
  assertEquals(until("2025-01-28T08:29:00Z", now), "now");
});

Deno.test("duration() and elapsed() grow from milliseconds to hours", () => {
  assertEquals(duration(12), "12 ms");
  assertEquals(duration(21_440), "21.4 s");
  assertEquals(duration(124_000), "2 min 4 s");
  assertEquals(duration(11_400_000), "3 h 10 min");
  assertEquals(elapsed(null, null, now), "—");
  assertEquals(elapsed("2025-01-28T08:29:00Z", null, now), "1 min 0 s");
});

Deno.test("numbers are readable", () => {
  assertEquals(count(181240), "181,240");
  assertEquals(figure(0.874321), "0.8743");
  assertEquals(figure(1234.56), "1,235");
  assertEquals(many(1, "asset"), "1 asset");
  assertEquals(many(30, "asset"), "30 assets");
  assertEquals(plain({ a: [1] }), '{"a":[1]}');
});

Deno.test("lateResults() tells what came too late, by whom and when", () => {
  const late = { at: "2025-01-28T08:00:01.250Z", worker: "7", status: "success", error: null };
  const failed = { ...late, status: "failed", error: { message: "no route" } };
  const steps = [
    { asset: "a", partition: "2025-01-27", attempts: [{ attempt: 1, late }, { attempt: 2 }] },
    { asset: "b", partition: null, attempts: [{ attempt: 1, late: failed }] },
  ];
  assertEquals(lateResults(steps), [
    "a [2025-01-27]: a late result of attempt 1 by worker 7 was refused at 08:00:01.250",
    "b: a late failure of attempt 1 by worker 7 was refused at 08:00:01.250: no route",
  ]);
});
