import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { given, materialize, provide } from "engine";
import { planted } from "../../assets/demo/faults.ts";
import { seed } from "../../assets/demo/seed.ts";
import { qualityChecks } from "../../assets/quality/checks.ts";
import { qualityConfig } from "../../assets/quality/config.ts";
import { qualityReport, report } from "../../assets/quality/report.ts";
import { judge, type RuleResult } from "../../assets/quality/rule.ts";
import { rules } from "../../assets/quality/rules.ts";
import { score } from "../../assets/quality/score.ts";
import { database } from "../../assets/resources.ts";
import { gamification, integrations, lifeEvents, users } from "../../assets/source.ts";
import type { Sql } from "../../assets/sql.ts";
import { auroraDatabase, small, smallDatabase, smallEnd } from "./database.ts";

const DAY = 86_400_000;

async function found(sql: Sql, at: Date): Promise<{ [rule: string]: number }> {
  const { rules } = await qualityReport(sql, { partition: "any", at });
  return Object.fromEntries(rules.map((r) => [r.rule, r.offending]));
}

Deno.test("quality rules find exactly the planted faults, rule by rule", async () => {
  await using db = await smallDatabase();
  assertEquals(await found(db.sql, smallEnd), planted);
});

Deno.test("quality rules find exactly the planted faults, whatever the seed", async () => {
  for (const seedNumber of [1, 2]) {
    await using db = await auroraDatabase();
    await seed(db.sql, { users: 90, days: 20, seed: seedNumber, end: smallEnd });
    assertEquals(await found(db.sql, smallEnd), planted);
  }
});

Deno.test("quality rules find nothing in a population without faults", async () => {
  await using db = await auroraDatabase();
  await seed(db.sql, { ...small, faults: false });
  const none = Object.fromEntries(Object.keys(planted).map((rule) => [rule, 0]));
  assertEquals(await found(db.sql, smallEnd), none);
  assertEquals(await found(db.sql, new Date(smallEnd.getTime() - 10 * DAY)), none);
});

Deno.test("quality rules give the same for a past instant after more was recorded", async () => {
  await using db = await smallDatabase();
  const before = await found(db.sql, smallEnd);
  await db.sql`
    insert into aurora_life.life_events
    select gen_random_uuid(), user_id, event_type, category, title, started_at, ended_at,
      duration_minutes, 99, mood_level, quality_level, source, metadata, ${smallEnd}, ${smallEnd}
    from aurora_life.life_events
    where created_at < ${new Date(
    smallEnd.getTime() - 5 * DAY,
  )} order by created_at desc limit 100`;
  await db.sql`
    insert into aurora_life.integration_syncs
    select gen_random_uuid(), integration_id, ${smallEnd}, ${smallEnd}, 'failed', 10, 0
    from aurora_life.integration_syncs limit 100`;
  assertEquals(await found(db.sql, smallEnd), before);
  const later = await found(db.sql, new Date(smallEnd.getTime() + 1000));
  assertEquals(later.event_duplicate, before.event_duplicate! + 100);
});

/** One sound event with some columns changed. */
async function oneEvent(sql: Sql, changed: { [column: string]: unknown }): Promise<string[]> {
  const at = new Date("2026-04-09T10:00:00Z");
  await sql`truncate aurora_life.life_events`;
  await sql`
    insert into aurora_life.life_events ${
    sql({
      id: crypto.randomUUID(),
      user_id: crypto.randomUUID(),
      event_type: "meal",
      category: "nutrition",
      started_at: new Date(at.getTime() - 3_600_000),
      ended_at: at,
      duration_minutes: 60,
      energy_level: 10,
      mood_level: 1,
      created_at: at,
      updated_at: at,
      ...changed,
    })
  }`;
  const results = await found(sql, smallEnd);
  return Object.entries(results).filter(([, n]) => n > 0).map(([rule]) => rule);
}

Deno.test("rules about events hold at their limits and offend just past them", async () => {
  await using db = await auroraDatabase();
  const T = smallEnd.getTime();
  const ago = (hours: number) => new Date(T - hours * 3_600_000);
  const table: [{ [column: string]: unknown }, string[]][] = [
    [{}, []],
    [{ energy_level: 11 }, ["event_level"]],
    [{ mood_level: 0 }, ["event_level"]],
    [{ quality_level: -1 }, ["event_level"]],
    [{ duration_minutes: 61 }, []],
    [{ duration_minutes: 62 }, ["event_duration"]],
    [{ duration_minutes: null }, ["event_required"]],
    [{ started_at: ago(14), duration_minutes: 0 }, ["event_duration"]],
    [{ started_at: ago(37), duration_minutes: 1380 }, []],
    [{ started_at: ago(38), duration_minutes: 1440 }, ["event_duration"]],
    [{ ended_at: ago(0), started_at: ago(1) }, []],
    [{ ended_at: ago(-1), started_at: ago(0) }, ["event_future"]],
    [{ category: null }, ["event_required"]],
    [{ created_at: ago(0), energy_level: 11 }, []],
    [{ created_at: ago(31 * 24), energy_level: 11 }, []],
  ];
  for (const [changed, rules] of table) assertEquals(await oneEvent(db.sql, changed), rules);
});

Deno.test("judge() samples the ten smallest keys and escalates by rate", async () => {
  await using db = await smallDatabase();
  const scope = { sql: db.sql, at: smallEnd, config: qualityConfig };
  const duplicates = await judge(rules[0]!, scope);
  assertEquals(duplicates.offending, planted.event_duplicate);
  assertEquals(duplicates.sample.length, 10);
  assertEquals(duplicates.sample, [...duplicates.sample].sort());
  const stale = rules.find((r) => r.name === "integration_stale")!;
  const strict = await judge(stale, scope);
  assert(strict.rate > 0.05);
  assertEquals(strict.severity, "error");
  const lenient = structuredClone(qualityConfig);
  lenient.integrations.staleShare = 0.5;
  assertEquals((await judge(stale, { ...scope, config: lenient })).severity, "warning");
});

Deno.test("score() is 1 where all pass, and a critical rule weighs more than a warning", () => {
  const one = (severity: RuleResult["severity"], rate: number): RuleResult => ({
    rule: severity,
    table: "users",
    severity,
    description: "",
    offending: rate * 10,
    checked: 10,
    rate,
    sample: [],
  });
  const weights = { critical: 4, error: 2, warning: 1 };
  const value = (...results: RuleResult[]) => score("users", results, weights).score;
  assertEquals(value(), 1);
  assertEquals(value(one("critical", 0), one("warning", 0)), 1);
  assertEquals(value(one("critical", 0.5), one("warning", 0)), 0.6);
  assertEquals(value(one("critical", 0), one("warning", 0.5)), 0.9);
});

Deno.test("quality/report keeps its history and tells about it", async () => {
  await using db = await smallDatabase();
  const seen = { table: "", rows: 1, newest: null, digest: "" };
  const sources = [lifeEvents, users, integrations, gamification].map((s) => given(s, seen));
  const run = () =>
    materialize(report, {
      partition: "2026-04-09",
      version: 9n,
      given: sources,
      resources: [provide(database, db.sql)],
    });
  const { value, events } = await run();
  assertEquals(value.asOf, smallEnd.toISOString());
  assertEquals(value.scores.map((s) => s.table), [
    "all",
    "life_events",
    "users",
    "integrations",
    "gamification",
  ]);
  assert(value.scores.every((s) => s.score > 0.5 && s.score < 1));
  assertEquals(events.map((e) => e.topic), ["aurora.quality.reported"]);
  await run();
  const kept = () => db.sql`select rule, offending::integer as n from quality.rule_result`;
  assertEquals((await kept()).length, 0);
  await db.sql`insert into engine.visible values ('quality/report', '2026-04-09', 9)`;
  assertEquals(Object.fromEntries((await kept()).map((r) => [r.rule, r.n])), planted);
  const [all] = await db.sql`select score from quality.report where table_name = 'all'`;
  assertEquals(all!.score, value.scores[0]!.score);
});

Deno.test("quality checks are one for each rule and say what they found", async () => {
  await using db = await smallDatabase();
  assertEquals(qualityChecks.map((c) => c.name), Object.keys(planted));
  const tier = qualityChecks.find((c) => c.name === "user_tier")!;
  assertEquals(tier.asset.name, "source/users");
  const at = { partition: "2026-04-09T18", resources: { database: db.sql } };
  const result = await tier.run(undefined, at);
  assertEquals([result.passed, result.severity], [false, "critical"]);
  assertStringIncludes(result.reason!, "2 of 60 rows");
  assertEquals(result.metadata!.offending, 2);
});
