import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import type { Metadata } from "engine";
import { Scorer } from "../../ml/mod.ts";
import { extractHistory } from "../../assets/inputs/extract_history.ts";
import { historyOf } from "../../assets/inputs/history.ts";
import { inputsOf, MODELS } from "../../assets/inputs/model_inputs.ts";
import { stateAt } from "../../assets/inputs/user_state.ts";
import { energyModel, energyModelIsPromoted } from "../../assets/models/energy.ts";
import { modelKey } from "../../assets/models/cache_model.ts";
import { materializeModel } from "../../assets/models/model_asset.ts";
import { energyRecipe } from "../../assets/models/recipes.ts";
import { targetsOf } from "../../assets/predictions/score.ts";
import { moodModel } from "../../assets/models/mood.ts";
import { champion, rollback, servedModel } from "../../assets/models/registry.ts";
import { sleepQualityModel } from "../../assets/models/sleep_quality.ts";
import { engineered, pointInTime } from "../../assets/training/engineered.ts";
import { extractTrainingData } from "../../assets/training/extract_training_data.ts";
import { trainingCached } from "../../assets/training/cached.ts";
import { trainingPublished } from "../../assets/training/published.ts";
import { activeUsers } from "../../assets/predictions/active_users.ts";
import { predictionsCached, predictionsKey } from "../../assets/predictions/cached.ts";
import { energyPredictions } from "../../assets/predictions/energy.ts";
import { moodPredictions } from "../../assets/predictions/mood.ts";
import { predictionsPublished } from "../../assets/predictions/published.ts";
import { predictionsSaved } from "../../assets/predictions/saved.ts";
import { sleepQualityPredictions } from "../../assets/predictions/sleep_quality.ts";
import { lastDay, Pipeline, trainingDatabase } from "./pipeline.ts";

const models = [energyModel, moodModel, sleepQualityModel] as const;

async function train(pipeline: Pipeline, day: string) {
  await pipeline.run(extractTrainingData, day);
  await pipeline.run(engineered, day);
  const ran = [];
  for (const model of models) ran.push(await pipeline.run(model, day));
  return ran;
}

async function predict(pipeline: Pipeline, day: string) {
  await pipeline.run(activeUsers, day);
  await pipeline.run(energyPredictions, day);
  await pipeline.run(moodPredictions, day);
  await pipeline.run(sleepQualityPredictions, day);
  return await pipeline.run(predictionsSaved, day);
}

Deno.test("training and predictions run end to end on a small population", async (t) => {
  await using db = await trainingDatabase();
  const { sql } = db;
  const pipeline = new Pipeline(db);

  await t.step("every model beats its best baseline and is promoted", async () => {
    for (const { value, metadata } of await train(pipeline, lastDay)) {
      assert(value.mae < value.baselineMae, `${value.modelVersion}: ${value.reason}`);
      assert(value.promoted);
      assert(Number(metadata.parity_max_abs_diff) <= 2e-5);
      assertAlmostEquals(Number(metadata.interval_coverage), 0.8, 0.12);
    }
  });

  await t.step("training again gives the same bytes", async () => {
    const before = await champion(sql, "mood", lastDay);
    const { value } = await pipeline.run(moodModel, lastDay);
    assertEquals(value.modelVersion, before?.manifest.modelVersion);
    assertEquals(value.digest, before?.manifest.digest);
  });

  await t.step("the models are in the cache, one event for each", async () => {
    assertEquals((await pipeline.run(trainingCached, lastDay)).metadata.models, 3);
    const [manifest, onnx] = await pipeline.cache.get([
      modelKey("energy"),
      `${modelKey("energy")}:onnx`,
    ]);
    const { features } = JSON.parse(new TextDecoder().decode(manifest));
    await using scorer = await Scorer.load(onnx!, features);
    const values = new Float32Array(features.length).fill(NaN);
    const [value] = await scorer.score({ rows: 1, features: features.length, values });
    assert(value! > 1 && value! < 10);
    const { events } = await pipeline.run(trainingPublished, lastDay);
    assertEquals(events.map((e) => e.key), [
      "models/energy",
      "models/mood",
      "models/sleep_quality",
    ]);
  });

  await t.step(
    "there are 12, 1 and 1 predictions for every active premium and pro user",
    async () => {
      await predict(pipeline, lastDay);
      const [users] = await sql`
      select count(*)::int as n from aurora_life.users
      where is_active and subscription_tier in ('premium', 'pro')`;
      const counts = await sql`
      select kind, count(*)::int as n, count(distinct user_id)::int as users
      from predictions.prediction group by kind order by kind`;
      assert(users!.n > 5);
      assertEquals(
        counts.map((c) => [c.kind, c.n, c.users]),
        [["energy", 12 * users!.n, users!.n], ["mood", users!.n, users!.n], [
          "sleep_quality",
          users!.n,
          users!.n,
        ]],
      );
      const [outside] = await sql`
      select count(*)::int as n from predictions.prediction
      where value not between 1 and 10 or low > value or high < value
        or target_at < '2026-04-10' or target_at > '2026-04-11 02:00'`;
      assertEquals(outside!.n, 0);
    },
  );

  await t.step("predicting a day again replaces its rows by equal ones", async () => {
    const rows = () =>
      sql`select kind, user_id, target_at, value, low, high from predictions.prediction
        order by kind, user_id, target_at`;
    const before = await rows();
    await predict(pipeline, lastDay);
    assertEquals([...await rows()], [...before]);
  });

  await t.step("the cache holds each user's newest set, and forgets who left", async () => {
    await pipeline.run(predictionsCached, lastDay);
    const [first] = await sql`select user_id from predictions.active_user order by user_id limit 1`;
    const [bytes] = await pipeline.cache.get([predictionsKey(first!.user_id)]);
    const set = JSON.parse(new TextDecoder().decode(bytes));
    assertEquals([set.energy.length, set.partition], [12, lastDay]);
    assert(set.mood.value > 1 && set.sleep_quality.low < set.sleep_quality.high);

    await sql`update aurora_life.users set subscription_tier = 'free' where id = ${first!.user_id}`;
    const next = "2026-04-10";
    await predict(pipeline, next);
    const { value } = await pipeline.run(predictionsCached, next);
    assertEquals(value.removed, 1);
    assertEquals(await pipeline.cache.get([predictionsKey(first!.user_id)]), [undefined]);
  });

  await t.step("caching an earlier day leaves the newer sets alone", async () => {
    const { value } = await pipeline.run(predictionsCached, lastDay);
    assertEquals(value, { users: 0, removed: 0 });
  });

  await t.step("one event for each user and kind", async () => {
    const { value: saved } = await pipeline.run(predictionsSaved, "2026-04-10");
    const { events } = await pipeline.run(predictionsPublished, "2026-04-10");
    assertEquals(events.length, saved.rows / 14 * 3);
    assert(events.every((e) => e.topic === "aurora.predictions.generated"));
  });

  await t.step("a rolled back model is not served any more, the one before is", async () => {
    const day = "2026-04-10";
    const { value } = await pipeline.run(energyModel, day);
    assert(value.promoted, value.reason);
    const served = { name: "energy", partition: day, planned: value.served } as const;
    assertEquals((await servedModel(sql, served)).manifest.partition, day);
    const taken = await rollback(sql, "energy", { by: "ada", at: new Date("2026-05-01T00:00Z") });
    assertEquals(taken, value.modelVersion);
    assertEquals((await servedModel(sql, served)).manifest.partition, lastDay);
  });

  await t.step("a past day never sees a later model", async () => {
    const past = { name: "energy", partition: "2026-04-01", planned: null } as const;
    await assertRejects(() => servedModel(sql, past), Deno.errors.NotFound, "2026-04-01");
  });
});

Deno.test("a worse model is not promoted: the champion stays in service and in the cache", async () => {
  await using db = await trainingDatabase();
  const pipeline = new Pipeline(db);
  const [first] = await train(pipeline, lastDay);
  const cachedModel = async () => {
    const [bytes] = await pipeline.cache.get([modelKey("energy")]);
    return JSON.parse(new TextDecoder().decode(bytes)).modelVersion;
  };
  const day = "2026-04-10";
  await pipeline.run(extractTrainingData, day);
  const tables = (await pipeline.run(engineered, day)).value;
  const reported: Metadata[] = [];
  const worse = await materializeModel({
    name: "energy",
    recipe: { ...energyRecipe, rounds: 8 },
    engineered: tables,
    context: {
      partition: day,
      version: 999n,
      signal: new AbortController().signal,
      resources: { database: db.sql, objects: pipeline.objects },
      log: () => {},
      report: (metadata) => void reported.push(metadata),
    },
  });
  assertEquals([worse.promoted, worse.served], [false, first!.value.version]);
  assertStringIncludes(worse.reason, "against the champion's");
  assertEquals(reported[0]!.promoted, false);
  await pipeline.run(trainingCached, day);
  assertEquals(await cachedModel(), first!.value.modelVersion);
  const check = await energyModelIsPromoted.run(worse, { partition: day, resources: {} });
  assertEquals([check.passed, energyModelIsPromoted.severity], [false, "warning"]);
});

Deno.test("the offline and the online path give equal inputs for the same user and day", async () => {
  await using db = await trainingDatabase();
  const never = new AbortController().signal;
  const read = async (from: string, to: string) => {
    const span = { from: new Date(from), to: new Date(to) };
    const frames = await extractHistory(db.sql, span, never);
    return historyOf(frames.users, frames.events);
  };
  const offline = await read("2026-01-10", "2026-04-10");
  const online = await read("2026-03-04", "2026-04-01");
  const cutoff = Date.parse("2026-04-01");
  for (const user of online.users) {
    const same = offline.users.find((u) => u.id === user.id)!;
    const [a, b] = [stateAt(offline, same, cutoff), stateAt(online, user, cutoff)];
    for (const model of MODELS) {
      for (const at of targetsOf[model](a)) {
        assertEquals(inputsOf[model](b, at), inputsOf[model](a, at), `${model} ${user.id}`);
      }
    }
  }
});

Deno.test("nothing recorded at or after the as-of instant changes a training table", async () => {
  await using db = await trainingDatabase();
  const day = "2026-03-31";
  const first = new Pipeline(db);
  await first.run(extractTrainingData, day);
  const before = (await first.run(engineered, day)).value;
  await db.sql`
    update aurora_life.life_events set energy_level = 1, mood_level = 1, quality_level = 1
    where ended_at >= '2026-04-01' or created_at >= '2026-04-01'`;
  await db.sql`delete from aurora_life.life_events where ended_at >= '2026-04-05'`;
  const second = new Pipeline(db);
  await second.run(extractTrainingData, day);
  const after = await second.run(engineered, day);
  assertEquals(after.value, before);
  assert(before.rows.energy > 1_000);
  const at = { partition: day, resources: { objects: second.objects } };
  assertEquals((await pointInTime.run(after.value, at)).passed, true);
});
