/** A Redis that was flushed, or is a new one, becomes what it was. @module */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Redis } from "ioredis";
import { redisOnlineStore } from "../../adapters/redis/online_store.ts";
import { featureProject, userSocial } from "../../assets/features/views.ts";
import { startRedis } from "../services/redis.ts";
import { demo, folder } from "./demo.ts";
import { run } from "./program.ts";

/** Every key with a digest of its value. */
async function everything(redis: Redis): Promise<Readonly<Record<string, string>>> {
  const all: Record<string, string> = {};
  for (const key of (await redis.keysBuffer("*")).sort((a, b) => a.compare(b))) {
    const kept = await redis.type(key) === "hash"
      ? pairsOf(await redis.callBuffer("HGETALL", key) as unknown as Uint8Array[])
      : plain((await redis.getBuffer(key))!);
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(kept));
    all[key.toString("latin1")] = new Uint8Array(digest).toHex();
  }
  return all;
}

/** Bytes; of a JSON object what it says, since PostgreSQL keeps no order of names. */
function plain(bytes: Uint8Array): string {
  if (bytes[0] !== 0x7b) return bytes.toHex();
  return JSON.stringify(
    JSON.parse(new TextDecoder().decode(bytes)),
    (_, value) =>
      typeof value === "object" && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1))
        : value,
  );
}

/** Fields of a hash, in an order of their own. */
function pairsOf(flat: readonly Uint8Array[]): string {
  const pairs = flat.flatMap((name, i) => i % 2 ? [] : [`${name.toHex()}=${flat[i + 1]!.toHex()}`]);
  return pairs.sort().join(" ");
}

interface Rebuilt {
  readonly parts: readonly {
    readonly name: string;
    readonly found: number;
    readonly written: number;
  }[];
}

interface Estimate {
  readonly users: number;
  readonly lines: readonly { readonly what: string; readonly all: number }[];
  readonly typical: readonly string[];
}

/** What the keys take, besides the tables in which they are, is within 10 % of what was estimated. */
async function assertMemory(redis: Redis, estimate: Estimate): Promise<void> {
  assertEquals(estimate.typical, []);
  const hashes = (await redis.keysBuffer("*")).filter((key) => key[0] !== 0x61);
  assertEquals(estimate.users, hashes.length);
  let real = 0;
  for (const key of await redis.keysBuffer("*")) {
    real += Number(await redis.call("MEMORY", "USAGE", key, "SAMPLES", 0));
  }
  const estimated = estimate.lines.filter(({ what }) => what !== "tables of keys")
    .reduce((sum, { all }) => sum + all, 0);
  assert(Math.abs(estimated - real) < real / 10, `estimated ${estimated}, it is ${real}`);
}

Deno.test("redis:rebuild writes all keys and values again after a flush, and nothing twice", async () => {
  await using redis = await startRedis();
  await using home = await folder();
  const env = { ...home.env, REDIS_URL: redis.url };
  await demo(env);
  const client = new Redis(redis.url);
  const rebuild = async (...words: string[]): Promise<Rebuilt> => {
    const { code, out, err } = await run(["cli.ts", "redis:rebuild", "--json", ...words], { env });
    assertEquals(code, 0, err);
    return JSON.parse(out);
  };
  const lifeOf = async (key: string) => await client.pttl(key);
  try {
    const before = await everything(client);
    const [prediction] = Object.keys(before).filter((key) => key.startsWith("aurora:predictions:"));
    const lived = await lifeOf(prediction!);
    const { code, out, err } = await run(["cli.ts", "redis:memory", "--json"], { env });
    assertEquals(code, 0, err);
    await assertMemory(client, JSON.parse(out));
    await client.flushall();

    const counted = await rebuild("--dry-run");
    assertEquals(await client.dbsize(), 0, "a dry run writes nothing");
    assertEquals(counted.parts.map(({ name }) => name), [
      "features of user_activity",
      "features of user_sleep",
      "features of user_exercise",
      "features of user_social",
      "models",
      "predictions",
    ]);
    assert(counted.parts.every(({ found, written }) => found > 0 && written === 0));

    const rebuilt = await rebuild();
    assert(rebuilt.parts.every(({ found, written }) => found > 0 && written === found));
    assertEquals(await everything(client), before);
    const lives = await lifeOf(prediction!);
    assert(lives > 0 && lives <= lived, "predictions live no longer than they would have");

    const again = await rebuild();
    const features = again.parts.filter(({ name }) => name.startsWith("features"));
    assert(features.every(({ written }) => written === 0), "features are as new already");
    assertEquals(await everything(client), before);

    await using store = redisOnlineStore(redis.url);
    const users = await home.look(async (sql) =>
      (await sql<{ id: string }[]>`
        select distinct user_id::text as id from features.user_social_rows limit 2`).map((u) =>
        u.id
      )
    );
    const row = (entity: string, eventTime: Date) => [{
      entity,
      eventTime,
      values: { friend_count: 999, social_engagement_score: 1 },
    }];
    const now = new Date();
    await store.write(featureProject, userSocial, row(users[0]!, now));
    const old = new Date("2020-01-01T00:00:00Z");
    await store.write(featureProject, userSocial, row(users[1]!, old), { overwrite: true });
    await rebuild();
    const friends = (await store.read(featureProject, [userSocial], users, { now }))
      .map((a) => a.features.get("user_social:friend_count"));
    assertEquals(friends[0]?.value, 999, "what is newer stays");
    assertEquals(friends[1]?.status, "PRESENT");
    assert(friends[1]?.value !== 999, "what is older does not");
    await rebuild("--overwrite");
    assertEquals(await everything(client), before, "--overwrite takes what PostgreSQL has");
  } finally {
    client.disconnect();
  }

  const without = await run(["cli.ts", "redis:rebuild"], { env: home.env });
  assertEquals(without.code, 1);
  assertStringIncludes(without.err, "Cannot rebuild Redis: REDIS_URL is not set");
});
