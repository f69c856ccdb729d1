import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { Queries } from "../../adapters/postgres/connect.ts";
import type { Summary } from "../../tasks/demo/summary.ts";
import {
  awayFromBoundary,
  demo,
  demoDatabase,
  digests,
  type Folder,
  folder,
  JOBS,
  rowCounts,
  SMALL,
  summaryOf,
} from "./demo.ts";
import { run } from "./program.ts";

const keys = (value: object) => Object.keys(value).sort();

/** The demo of a folder, and what its database says. */
async function demoIn(at: Folder, words?: readonly string[]) {
  const summary = await demo(at.env, words);
  return await at.look(async (sql) => ({
    summary,
    outputs: await digests(sql),
    rows: await rowCounts(sql),
    premium: await premiumUsers(sql),
    training: await stepsOf(sql, "ml_training_pipeline"),
  }));
}

/** Active users of the tiers that get predictions, counted as the words of the rule say. */
async function premiumUsers(sql: Queries): Promise<number> {
  const [row] = await sql<{ n: number }[]>`
    select count(*)::int as n from aurora_life.users
    where is_active and subscription_tier in ('premium', 'pro')`;
  return row!.n;
}

async function stepsOf(sql: Queries, job: string): Promise<string[]> {
  const rows = await sql<{ asset: string }[]>`
    select s.asset from engine.step s join engine.run r on r.id = s.run
    where r.job = ${job} and r.id = (select max(id) from engine.run where job = ${job})`;
  return rows.map((row) => row.asset);
}

/** What issue 3 promises of every summary. */
function assertAsPromised(s: Summary, premium: number): void {
  assertEquals(
    keys(s),
    ["events", "features", "jobs", "models", "predictions", "quality", "seconds", "users"],
  );
  assertEquals(Object.keys(s.jobs), [...JOBS]);
  for (const [name, job] of Object.entries(s.jobs)) {
    assertEquals(keys(job), ["seconds", "status", "steps"]);
    assertEquals(job.status, "success", name);
  }
  assertEquals(s.jobs["ml_training_pipeline"]!.steps, 7);
  assertEquals(keys(s.features), ["rows"]);
  assert(s.features.rows > 0 && s.features.rows <= s.users);
  assert(premium > 0);
  assertEquals(s.predictions, { energy: 12 * premium, mood: premium, sleep_quality: premium });
  assertEquals(keys(s.models), ["energy", "mood", "sleep_quality"]);
  for (const [name, model] of Object.entries(s.models)) {
    assertEquals(keys(model), ["baseline_mae", "mae", "parity_max_abs_diff", "version"]);
    assert(model.mae > 0 && model.mae < model.baseline_mae, `${name}: ${JSON.stringify(model)}`);
    assert(model.parity_max_abs_diff >= 0 && model.parity_max_abs_diff <= 2e-5, name);
    assert(model.version.startsWith(`${name}-`));
  }
  const { quality } = s;
  assertEquals(keys(quality), ["critical", "error", "found", "planted", "warning"]);
  assert(quality.planted > 0);
  assertEquals(quality.found, quality.planted);
  assertEquals(quality.critical + quality.error + quality.warning, quality.found);
}

Deno.test("demo --once --json keeps every promise, twice, and again from one seed", async () => {
  await awayFromBoundary(90_000);
  await using here = await folder();
  const first = await demoIn(here);
  assertAsPromised(first.summary, first.premium);
  assertEquals(first.summary.users, 80);
  assertEquals(first.summary.events, first.rows["aurora_life.life_events"]);
  assertEquals(first.training.length, 7);
  assert(first.training.includes("training/extract_training_data"));

  const second = await demoIn(here);
  assertAsPromised(second.summary, second.premium);
  assertEquals(second.rows, first.rows);
  assertEquals(second.outputs, first.outputs);

  await using elsewhere = await folder();
  const same = await demoIn(elsewhere);
  assertEquals(same.outputs, first.outputs);
  const figures = ({ summary: { users, events, features, predictions, models, quality } }: {
    readonly summary: Summary;
  }) => ({ users, events, features, predictions, models, quality });
  assertEquals(figures(same), figures(first));
});

Deno.test("demo of the default population keeps every promise", async () => {
  await using here = await folder();
  const { summary, premium, rows } = await demoIn(here, []);
  assertAsPromised(summary, premium);
  assertEquals([summary.users, rows["aurora_life.users"]! >= 500], [500, true]);
  assert(summary.seconds < 180, `${summary.seconds} s`);
});

Deno.test("demo refuses to mix two populations, and --reset replaces the first", async () => {
  await using db = await demoDatabase();
  const other = ["tasks/demo.ts", "--once", "--json", ...SMALL, "--seed", "43"];
  const refused = await run(other, { env: db.env });
  assertEquals(refused.code, 1);
  assert(refused.err.includes("--reset replaces it"), refused.err);
  const before = await digests(db.sql);
  summaryOf(await run([...other, "--reset"], { env: db.env }));
  const after = await digests(db.sql);
  assertNotEquals(after["features.user_sleep"], before["features.user_sleep"]);
});

Deno.test("a past slice that runs again gives what it gave, despite newer data", async () => {
  await using db = await demoDatabase();
  const [row] = await db.sql<{ day: string; next: Date }[]>`
    select to_char((end_at - interval '9 days') at time zone 'UTC', 'YYYY-MM-DD') as day,
      end_at - interval '8 days' as next
    from aurora_life.demo_population`;
  const { day, next } = row!;
  const trigger = async (job: string, partition: string) => {
    const words = ["cli.ts", "trigger", job, "--partition", partition, "--wait"];
    const { code, out, err } = await run(words, { env: db.env });
    assertEquals(code, 0, out + err);
  };
  const all = async () => {
    for (const job of JOBS) await trigger(job, job === JOBS[0] ? `${day}T18` : day);
    const [{ n }] = await db.sql<[{ n: number }]>`
      select count(*)::int as n from engine.visible where partition in (${day}, ${`${day}T18`})`;
    return { n, outputs: await pastOf(db.sql, day, next) };
  };
  const first = await all();
  assert(
    Object.values(first.outputs).every((text) => !text.startsWith("0 rows")),
    JSON.stringify(first),
  );
  const versions = () =>
    db.sql`select asset, version from engine.visible
    where partition in (${day}, ${`${day}T18`}) order by asset`;
  const before = await versions();
  await db.sql`
    insert into aurora_life.life_events
      (id, user_id, event_type, category, title, started_at, ended_at, duration_minutes,
       energy_level, mood_level, quality_level, source, metadata, created_at, updated_at)
    select gen_random_uuid(), user_id, event_type, category, title, at,
      at + interval '30 minutes', 30, 9, 9, 9, source, '{}', recorded, recorded
    from (select distinct on (user_id) * from aurora_life.life_events where user_id is not null
      and event_type is not null and category is not null) e,
      generate_series(0, 23) hour,
      lateral (select ${next}::timestamptz + hour * interval '1 hour' as at,
        ${next}::timestamptz + interval '1 day' as recorded)`;
  const again = await all();
  assertEquals(again, first);
  const after = await versions();
  assertEquals(after.map((v) => v["asset"]), before.map((v) => v["asset"]));
  assert(after.every((v, i) => v["version"] > before[i]!["version"]), "each slice ran again");
});

function pastOf(sql: Queries, day: string, end: Date) {
  const at = `as_of = '${end.toISOString()}'`;
  const partition = `partition = '${day}'`;
  return digests(sql, {
    "features.user_activity": at,
    "features.user_sleep": at,
    "features.user_exercise": at,
    "features.user_social": at,
    "ml.model": partition,
    "predictions.active_user": partition,
    "predictions.prediction": partition,
    "quality.rule_result": at,
    "quality.report": at,
  });
}
