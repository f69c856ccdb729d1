import { assertEquals } from "@std/assert";
import { numbers, texts } from "../../../ml/mod.ts";
import { extractHistory } from "../../../assets/inputs/extract_history.ts";
import { KIND } from "../../../assets/inputs/history.ts";
import type { Sql } from "../../../assets/sql.ts";
import { testDatabase } from "../../services/postgres.ts";

const ada = "00000000-0000-7000-8000-00000000000a";
const bob = "00000000-0000-7000-8000-00000000000b";
const never = new AbortController().signal;

async function tables() {
  const folder = new URL("../../../assets/migrations/", import.meta.url);
  const db = await testDatabase();
  await db.sql.unsafe(Deno.readTextFileSync(new URL("0001_source.sql", folder)));
  for (const [id, created] of [[ada, "2024-01-01"], [bob, "2025-01-20"]] as const) {
    await db.sql`
      insert into aurora_life.users (id, timezone, created_at, updated_at)
      values (${id}, 'Europe/Berlin', ${created}, ${created})`;
  }
  return db;
}

interface EventRow {
  readonly user?: string;
  readonly type?: string;
  readonly start: string;
  readonly end: string;
  readonly recorded?: string;
  readonly energy?: number;
}

async function insert(sql: Sql, e: EventRow) {
  await sql`
    insert into aurora_life.life_events
      (id, user_id, event_type, category, started_at, ended_at, energy_level, created_at, updated_at)
    values (${crypto.randomUUID()}, ${e.user ?? ada}, ${e.type ?? "work"}, 'work', ${e.start},
      ${e.end}, ${e.energy ?? null}, ${e.recorded ?? e.end}, ${e.recorded ?? e.end})`;
}

const span = { from: new Date("2025-01-01T00:00Z"), to: new Date("2025-01-10T00:00Z") };

Deno.test("extractHistory() gives typed columns in the order in which events became known", async () => {
  await using db = await tables();
  await insert(db.sql, {
    type: "sleep",
    start: "2025-01-02T00:00Z",
    end: "2025-01-02T08:00Z",
    recorded: "2025-01-05T00:00:00.123Z",
  });
  await insert(db.sql, { start: "2025-01-03T00:00Z", end: "2025-01-03T01:00Z", energy: 7 });
  const { users, events } = await extractHistory(db.sql, span, never);
  assertEquals(texts(users, "id"), [ada]);
  assertEquals(texts(users, "timezone"), ["Europe/Berlin"]);
  assertEquals(numbers(events, "kind"), Int32Array.of(KIND.other, KIND.sleep));
  assertEquals(numbers(events, "energy"), Float32Array.of(7, NaN));
  assertEquals(
    numbers(events, "known"),
    Float64Array.of(Date.parse("2025-01-03T01:00Z"), Date.parse("2025-01-05T00:00:00.123Z")),
  );
});

Deno.test("extractHistory() leaves out what was not there, not known or not sound as of the end", async () => {
  await using db = await tables();
  await insert(db.sql, { start: "2025-01-09T22:00Z", end: "2025-01-10T00:00Z" });
  await insert(db.sql, {
    start: "2025-01-05T00:00Z",
    end: "2025-01-05T01:00Z",
    recorded: "2025-01-10T00:00Z",
  });
  await insert(db.sql, { start: "2024-12-31T20:00Z", end: "2024-12-31T23:00Z" });
  await insert(db.sql, { start: "2025-01-05T02:00Z", end: "2025-01-05T01:00Z" });
  await insert(db.sql, { user: bob, start: "2025-01-05T00:00Z", end: "2025-01-05T01:00Z" });
  await insert(db.sql, { start: "2025-01-06T00:00Z", end: "2025-01-06T01:00Z", energy: 11 });
  const { events } = await extractHistory(db.sql, span, never);
  assertEquals(numbers(events, "started"), Float64Array.of(Date.parse("2025-01-06T00:00Z")));
  assertEquals(numbers(events, "energy"), Float32Array.of(NaN));
});
