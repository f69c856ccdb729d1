import { assertEquals } from "@std/assert";
import { crons, when } from "engine";

Deno.test("crons() finds those below and, or, not, newly and since, each once", () => {
  const [a, b] = [when.cron("1 * * * *"), when.cron("2 * * * *", "Europe/Berlin")];
  const condition = when.and(
    when.missing,
    when.or(a, when.not(b)),
    when.newly(when.since(a, when.failed)),
    when.onCron("3 * * * *"),
  );
  assertEquals(crons(condition), [
    { cron: "1 * * * *", timezone: "UTC" },
    { cron: "2 * * * *", timezone: "Europe/Berlin" },
    { cron: "3 * * * *", timezone: "UTC" },
  ]);
  assertEquals(crons(undefined), []);
});
