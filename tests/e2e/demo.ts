/** Databases in which the demo has run, and what it left there. @module */
import { join } from "@std/path";
import { type Embedded, startEmbedded } from "../../adapters/postgres/embedded/start.ts";
import { connect, type Queries, type Sql } from "../../adapters/postgres/connect.ts";
import type { Summary } from "../../tasks/demo/summary.ts";
import { CACHE } from "../services/provide.ts";
import { type TestDatabase, testDatabase, testServer } from "../services/postgres.ts";
import { type Ended, ROOT, run } from "./program.ts";

/** A population that is small and still teaches the models something. */
export const SMALL = ["--users", "80", "--days", "60"];

/** The four jobs in the order of the demo. */
export const JOBS = [
  "feature_engineering_pipeline",
  "ml_training_pipeline",
  "prediction_pipeline",
  "data_quality_pipeline",
] as const;

/** Runs the demo to its end; gives its summary. */
export async function demo(
  env: Readonly<Record<string, string>>,
  words: readonly string[] = SMALL,
): Promise<Summary> {
  return summaryOf(await run(["tasks/demo.ts", "--once", "--json", ...words], { env }));
}

/** The object on the last line of the output. */
export function summaryOf({ code, out, err }: Ended): Summary {
  if (code !== 0) throw new Error(`The demo ended with ${code}:\n${out}${err}`);
  return JSON.parse(out.trimEnd().split("\n").at(-1)!);
}

/** A folder of its own for a program, with the PostgreSQL that it may leave there. */
export interface Folder extends AsyncDisposable {
  readonly path: string;
  /** Variables that make it the folder of a program. */
  readonly env: Readonly<Record<string, string>>;
  /** Process id of its PostgreSQL. */
  postmaster(): Promise<number>;
  /** Looks into its database while no program needs to run. */
  look<T>(use: (sql: Sql, server: Embedded) => Promise<T>): Promise<T>;
}

/** An empty folder; its PostgreSQL ends with the test. */
export async function folder(): Promise<Folder> {
  const path = await Deno.makeTempDir({ prefix: "aurora-e2e-" });
  // The account of PostgreSQL has to get through.
  await Deno.chmod(path, 0o755);
  return {
    path,
    env: { AURORA_DIRECTORY: path },
    async postmaster() {
      const file = join(path, "postgres/data/postmaster.pid");
      return Number((await Deno.readTextFile(file)).split("\n")[0]);
    },
    async look(use) {
      const server = await startEmbedded({ directory: path });
      const sql = connect(server.url, { name: "test", max: 2 });
      try {
        return await use(sql, server);
      } finally {
        await sql.end({ timeout: 5 });
        await server.stop();
      }
    },
    async [Symbol.asyncDispose]() {
      const isThere = await Deno.stat(join(path, "postgres")).then(() => true, () => false);
      if (isThere) await (await startEmbedded({ directory: path })).stop();
      await Deno.remove(path, { recursive: true });
    },
  };
}

/** A database in which the small demo has run; a copy for each test. */
export interface DemoDatabase extends TestDatabase {
  /** Variables that make it the database of a program. */
  readonly env: Readonly<Record<string, string>>;
}

/** Where the objects of all copies lie: they are named by their content. */
const OBJECTS = join(CACHE, "e2e-objects");

/**
 * A copy of a database in which the small demo has run today, made by the first test that asks.
 * Programs find it by {@linkcode DemoDatabase.env} and need no PostgreSQL of their own.
 */
export async function demoDatabase(): Promise<DemoDatabase> {
  await Deno.mkdir(OBJECTS, { recursive: true });
  await testServer();
  const directory = await Deno.makeTempDir({ prefix: "aurora-e2e-" });
  const shared = { AURORA_OBJECTS: OBJECTS, AURORA_DIRECTORY: directory };
  const db = await testDatabase({
    template: `demo ${await era()} ${SMALL} ${sources()}`,
    async prepare(sql) {
      const { host, port, user, pass, database } = sql.options;
      const [at, on] = [host[0], port[0]];
      const secret = typeof pass === "string" ? pass : "";
      await demo({
        ...shared,
        DATABASE_URL: `postgres://${user}:${secret}@${at}:${on}/${database}`,
      });
    },
  });
  return {
    ...db,
    env: { ...shared, DATABASE_URL: db.url },
    async [Symbol.asyncDispose]() {
      await db[Symbol.asyncDispose]();
      await Deno.remove(directory, { recursive: true });
    },
  };
}

/** Six hours and the folder of objects: a template lives as long as both. */
async function era(): Promise<string> {
  const { birthtime } = await Deno.stat(OBJECTS);
  return `${Math.floor(Date.now() / SIX_HOURS)} ${birthtime?.toISOString()}`;
}

const SIX_HOURS = 6 * 3_600_000;

/** Waits if the newest slices would be others before a test of such length has ended. */
export async function awayFromBoundary(ms: number): Promise<void> {
  const left = SIX_HOURS - Date.now() % SIX_HOURS;
  if (left < ms) await new Promise((resolve) => setTimeout(resolve, left + 1_000));
}

/** Everything that decides what the demo leaves in its database. */
function sources(): string {
  const found: string[] = [];
  const visit = (path: string) => {
    const at = join(ROOT, path);
    if (Deno.statSync(at).isFile) found.push(Deno.readTextFileSync(at));
    else {for (const name of [...Deno.readDirSync(at)].map((e) => e.name).sort()) {
        visit(join(path, name));
      }}
  };
  const parts = [
    "adapters/postgres",
    "assets",
    "engine",
    "ml",
    "sensors",
    "tasks/demo",
    "project.ts",
  ];
  parts.forEach(visit);
  return found.join();
}

/** What people read of a demo, in an order of its own, without times of writing and versions. */
const OUTPUTS: Readonly<Record<string, string>> = {
  "features.user_activity": "user_id, as_of",
  "features.user_sleep": "user_id, as_of",
  "features.user_exercise": "user_id, as_of",
  "features.user_social": "user_id, as_of",
  "ml.model": "partition, name",
  "predictions.active_user": "partition, user_id",
  "predictions.prediction": "partition, kind, user_id, target_at",
  "quality.rule_result": "as_of, rule",
  "quality.report": "as_of, table_name",
};

/** A digest of each output, of all its rows or of those of one `where`. */
export async function digests(
  sql: Queries,
  where: Readonly<Record<string, string>> = {},
): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  for (const [view, order] of Object.entries(OUTPUTS)) {
    const [row] = await sql.unsafe<{ digest: string }[]>(`
      select count(*) || ' rows, ' || md5(coalesce(string_agg(
        (to_jsonb(r) - '{version,created_at}'::text[])::text, ';' order by ${order}), '')
      ) as digest from ${view} r where ${where[view] ?? "true"}`);
    found[view] = row!.digest;
  }
  return found;
}

/** Rows of everything that a demo writes for people: sources, outputs, online features, cache. */
export async function rowCounts(sql: Queries): Promise<Readonly<Record<string, number>>> {
  const tables = await sql<{ name: string }[]>`
    select format('%I.%I', schemaname, tablename) as name from pg_tables
    where schemaname = 'aurora_life'`;
  const own = ["features.online", "engine.cache", ...Object.keys(OUTPUTS)];
  const names = [...tables.map((t) => t.name), ...own].sort();
  const counts: Record<string, number> = {};
  for (const name of names) {
    const [row] = await sql.unsafe<{ n: number }[]>(`select count(*)::int as n from ${name}`);
    counts[name] = row!.n;
  }
  return counts;
}
