import { assertEquals, assertRejects } from "@std/assert";
import { type Cache, memoryCache, memoryOnlineStore, type OnlineStore } from "engine";
import { predictionsKey } from "../../../assets/predictions/cached.ts";
import { featureProject, userSocial } from "../../../assets/features/views.ts";
import { type Rebuild, rebuild } from "../../../assets/rebuild/rebuild.ts";
import type { Sql } from "../../../assets/sql.ts";
import type { TestDatabase } from "../../services/postgres.ts";
import { emptyDatabase } from "../pipeline.ts";

const USERS = [
  "00000000-0000-7000-8000-000000000001",
  "00000000-0000-7000-8000-000000000002",
  "00000000-0000-7000-8000-000000000003",
] as const;
const NOW = new Date("2026-04-10T12:00:00Z");
const hours = (n: number) => new Date(NOW.getTime() - n * 3_600_000);

/** A version of an asset that has been published, with what it read. */
async function published(
  sql: Sql,
  o: {
    readonly asset: string;
    readonly partition: string;
    readonly version: number;
    readonly at?: Date;
    readonly inputs?: readonly { readonly asset: string; readonly version: string }[];
  },
): Promise<void> {
  await sql`
    insert into engine.materialization (version, asset, partition, at, run, step, duration_ms,
      code, config, data_version, inputs, metadata, value, published)
    values (${o.version}, ${o.asset}, ${o.partition}, ${o.at ?? NOW}, 1, 1, 1, '', '', '',
      ${sql.json([...o.inputs ?? []])}, '{}', '{}', true)`;
  await sql`
    insert into engine.visible values (${o.asset}, ${o.partition}, ${o.version})
    on conflict (asset, partition) do update set version = excluded.version`;
}

/** A slice of `features/social`; `online` says whether `features/online` has published it. */
async function social(
  sql: Sql,
  o: {
    readonly version: number;
    readonly at: Date;
    readonly friends: Readonly<Record<string, number>>;
    readonly online: boolean;
  },
): Promise<void> {
  await sql`select features.ensure_month('features.user_social_rows'::regclass, ${o.at})`;
  for (const [user, friends] of Object.entries(o.friends)) {
    await sql`
      insert into features.user_social_rows
      values (${o.version}, ${user}, ${o.at}, ${o.at}, ${friends}, 1)`;
  }
  const partition = o.at.toISOString().slice(0, 13);
  await published(sql, { asset: "features/social", partition, version: o.version });
  if (!o.online) return;
  const inputs = [{ asset: "features/social", version: `${o.version}` }];
  await published(sql, { asset: "features/online", partition, version: o.version + 1, inputs });
}

/** One day of predictions that is in the cache of `predictions/cached`. */
async function predicted(
  sql: Sql,
  o: { readonly day: string; readonly version: number; readonly at: Date; readonly mood: number },
): Promise<void> {
  for (const user of USERS) {
    await sql`
      insert into predictions.prediction_rows values (${o.version}, 'mood', ${user}, ${o.day},
        ${o.at}, ${o.mood}, 1, 10, 'mood-1', 'f1', ${o.at})`;
  }
  await published(sql, {
    asset: "predictions/cached",
    partition: o.day,
    version: o.version + 1,
    at: o.at,
    inputs: [{ asset: "predictions/saved", version: `${o.version}` }],
  });
}

interface Place {
  readonly db: TestDatabase;
  readonly store: OnlineStore;
  readonly cache: Cache;
  readonly waits: string[];
  readonly rebuild: (o?: Partial<Rebuild>) => ReturnType<typeof rebuild>;
  readonly friends: () => Promise<readonly string[]>;
  readonly mood: () => Promise<number | undefined>;
}

async function inPlace(use: (place: Place) => Promise<void>): Promise<void> {
  await using db = await emptyDatabase();
  await using store = memoryOnlineStore();
  await using cache = memoryCache(() => NOW.getTime());
  const waits: string[] = [];
  await use({
    db,
    store,
    cache,
    waits,
    rebuild: (o) =>
      rebuild({
        sql: db.sql,
        store,
        cache,
        project: featureProject,
        now: NOW,
        isDry: false,
        overwrite: false,
        signal: new AbortController().signal,
        onProgress: () => {},
        onWait: (sentence) => waits.push(sentence),
        ...o,
      }),
    async friends() {
      const answers = await store.read(featureProject, [userSocial], USERS, { now: NOW });
      return answers.map((a) => {
        const { value, status } = a.features.get("user_social:friend_count")!;
        return status === "PRESENT" ? `${value}` : status;
      });
    },
    async mood() {
      const [bytes] = await cache.get([predictionsKey(USERS[0])]);
      return bytes && JSON.parse(new TextDecoder().decode(bytes)).mood.value;
    },
  });
}

Deno.test("rebuild() takes the newest row of each user that is online and not too old", () =>
  inPlace(async ({ db: { sql }, rebuild, friends }) => {
    const [a, b, c] = USERS;
    await social(sql, { version: 10, at: hours(60), friends: { [a]: 1, [c]: 1 }, online: true });
    await social(sql, { version: 20, at: hours(12), friends: { [a]: 2, [b]: 2 }, online: true });
    await social(sql, { version: 30, at: hours(6), friends: { [a]: 3 }, online: true });
    await social(sql, { version: 40, at: hours(0), friends: { [a]: 4, [b]: 4 }, online: false });
    const parts = await rebuild();
    assertEquals(await friends(), ["3", "2", "NOT_FOUND"]);
    assertEquals(parts.find((p) => p.name === "features of user_social"), {
      name: "features of user_social",
      found: 2,
      written: 2,
    });
    assertEquals((await rebuild()).map((p) => p.written), [0, 0, 0, 0, 0, 0]);
  }));

Deno.test("rebuild() counts, and writes nothing, when it is dry", () =>
  inPlace(async ({ db: { sql }, rebuild, friends, mood }) => {
    await social(sql, { version: 10, at: hours(6), friends: { [USERS[0]]: 1 }, online: true });
    await predicted(sql, { day: "2026-04-09", version: 50, at: hours(5), mood: 6 });
    const parts = await rebuild({ isDry: true });
    assertEquals(parts.map((p) => [p.found, p.written]), [
      [0, 0],
      [0, 0],
      [0, 0],
      [1, 0],
      [0, 0],
      [3, 0],
    ]);
    assertEquals(await friends(), ["NOT_FOUND", "NOT_FOUND", "NOT_FOUND"]);
    assertEquals(await mood(), undefined);
  }));

Deno.test("rebuild() lets predictions live only as long as they would have", () =>
  inPlace(async ({ db: { sql }, rebuild, mood, cache }) => {
    await predicted(sql, { day: "2026-04-07", version: 50, at: hours(49), mood: 6 });
    await rebuild();
    assertEquals(await mood(), undefined, "two days are over");
    await predicted(sql, { day: "2026-04-08", version: 60, at: hours(47), mood: 7 });
    const lives: number[] = [];
    const put: Cache["put"] = (entries, o) => {
      lives.push(o.ttlMs);
      return cache.put(entries, o);
    };
    await rebuild({ cache: { ...cache, put } });
    assertEquals([await mood(), new Set(lives)], [7, new Set([3_600_000])]);
  }));

Deno.test("rebuild() removes a model that is no longer served", () =>
  inPlace(async ({ rebuild, cache }) => {
    const withdrawn = ["model:mood", "model:mood:onnx"];
    const value = new Uint8Array([1]);
    await cache.put(withdrawn.map((key) => ({ key, value })), { ttlMs: 1000 });
    await rebuild();
    assertEquals(await cache.get(withdrawn), [undefined, undefined]);
  }));

Deno.test("rebuild() writes again what a step wrote meanwhile, after its end", () =>
  inPlace(async ({ db: { sql }, rebuild, mood, waits }) => {
    await predicted(sql, { day: "2026-04-09", version: 50, at: hours(5), mood: 6 });
    await sql`
      insert into engine.step (run, step, asset, partition, state, needs_left, reason, queue,
        priority, step_priority, pools, retry)
      values (${await aRun(
      sql,
    )}, 1, 'predictions/cached', '2026-04-10', 'running', 0, '', 'default',
        0, 0, '{}', '{}')`;
    // Its version becomes visible at its end, when the first pass is long over.
    const ended = (async () => {
      while (waits.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
      assertEquals(await mood(), 6);
      await sql.begin(async (tx) => {
        await predicted(tx as unknown as Sql, {
          day: "2026-04-10",
          version: 60,
          at: hours(0),
          mood: 8,
        });
        await tx`update engine.step set state = 'success'`;
      });
    })();
    await rebuild();
    await ended;
    assertEquals(await mood(), 8);
    assertEquals(waits, [
      "Waits for predictions/cached [2026-04-10], which may write what is newer",
    ]);
  }));

Deno.test("rebuild() stops when it is told", () =>
  inPlace(async ({ db: { sql }, rebuild }) => {
    await predicted(sql, { day: "2026-04-09", version: 50, at: hours(5), mood: 6 });
    await assertRejects(() => rebuild({ signal: AbortSignal.abort() }), DOMException, "aborted");
  }));

/** A run, since a step belongs to one. */
async function aRun(sql: Sql): Promise<string> {
  const [row] = await sql<{ id: string }[]>`
    insert into engine.run (title, trigger, reason, priority, state, steps_left)
    values ('test', 'test', 'test', 0, 'running', 1) returning id`;
  return row!.id;
}
