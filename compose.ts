/**
 * The composition root: environment → adapters → engine.
 *
 * @module
 */
import {
  checkCrons,
  type ConnectionDesk,
  type Connections,
  createService,
  type Definitions,
  type HealthView,
  type Ledger,
  type Lender,
  lender,
  masked,
  type MetricsReader,
  nextTicks,
  secretsFromEnv,
  type Service,
  useCodeFingerprints,
  withCodeVersion,
  withKeySets,
  work,
} from "engine";
import { fromFileUrl, join, resolve } from "@std/path";
import { rulesFromEnv } from "./adapters/alerts/rules_from_env.ts";
import { connect, open, type Sql } from "./adapters/postgres/connect.ts";
import { type Embedded, startEmbedded } from "./adapters/postgres/embedded/start.ts";
import { settleIdentity } from "./adapters/postgres/identity.ts";
import { keepFromEnv } from "./adapters/postgres/keep/rules.ts";
import { openLedger } from "./adapters/postgres/ledger/ledger.ts";
import { type Way, wayTo } from "./adapters/postgres/pooler.ts";
import { type ObjectsPlace, objectsPlace } from "./adapters/objects/setting.ts";
import { isolation, type IsolationOptions } from "./adapters/process/isolation.ts";
import { redisFromEnv } from "./adapters/redis/from_env.ts";
import { keysFromEnv } from "./adapters/secrets/keys_from_env.ts";
import { connectionsIn, tellEnvironment } from "./adapters/secrets/places.ts";
import { checkSourceSchema } from "./assets/source_schema.ts";
import { codeSource, readCode } from "./code.ts";
import { connectionDesk } from "./connection_desk.ts";
import {
  alertSettings,
  databaseAddress,
  kafkaBrokers,
  kafkaOptions,
  placesOf,
  redisAddress,
} from "./connections.ts";
import type { KafkaOptions } from "./adapters/kafka/options.ts";
import { healthOf } from "./health.ts";
import { loadProject } from "./load_project.ts";
import { metricsOf } from "./metrics.ts";
import { mayAll, surroundings } from "./surroundings.ts";
import { migrateAll } from "./tasks/database.ts";
import { recordTraces } from "./traces.ts";
import { VERSION } from "./version.ts";

/** What a process is for; decides how many connections it takes. */
export type Role = "server" | "worker" | "cli";

/** How a process is composed. */
export interface ComposeOptions {
  /** Where the embedded database and objects lie. */
  readonly directory: string;
  /** What the process is for. */
  readonly role: Role;
  /** Whether schedules and sensors run in the server; told to people. @default {true} */
  readonly schedules?: boolean;
  /** Is told what it waits for. @default {a line on stderr} */
  say?(sentence: string): void;
  /** Reads the environment. @default {Deno.env.get} */
  readonly env?: (name: string) => string | undefined;
}

/** The program of one process. */
export interface App extends AsyncDisposable {
  /** The engine as seen by people. */
  readonly service: Service;
  /** What is remembered. */
  readonly ledger: Ledger;
  /** What exists. */
  readonly definitions: Definitions;
  /** Who opens resources. */
  readonly lender: Lender;
  /** The database, and whether it is ours. */
  readonly database: { readonly url: string; readonly kind: "embedded" | "external" };
  /** A pool for the process itself. */
  readonly sql: Sql;
  /** What is set, completed by what was composed. */
  env(name: string): string;
  /** How a server speaks to Kafka; undefined if there is none, and in other programs. */
  readonly kafka: KafkaOptions | undefined;
  /** Counts what happened, for the metrics. */
  readonly metrics: MetricsReader;
  /** Health as asked now. */
  health(): Promise<HealthView>;
  /** Works as a worker of this process until the signal aborts. */
  work(signal: AbortSignal, o?: WorkOptions): Promise<void>;
  /** Gives everything back; ends the embedded database if nobody else uses it. */
  close(): Promise<void>;
}

/** How this process works. */
export interface WorkOptions {
  /** Steps at once. @default {4} */
  readonly slots?: number;
  /** Which steps it takes. @default {["default"]} */
  readonly queues?: readonly string[];
  /** Is told the id under which it joined. */
  onJoined?(worker: string): void;
  /** Is told what went wrong outside of steps. */
  onTrouble?(error: unknown): void;
}

/** Said once, by the first program that finds it. */
const RESTORED =
  "The database was restored or moved: its events have ids of their own from now on " +
  "(docs/guide/backup.md)";

/** Steps that a worker runs at once unless told. */
const SLOTS = 4;

/**
 * Connects and brings the database up to date.
 *
 * @throws {ConnectError} If `DATABASE_URL` does not lead to a database, or to a pooler that needs `DATABASE_DIRECT_URL`
 * beside it, in words.
 * @throws {EmbeddedError} If the embedded database cannot start, with cause and remedy.
 * @throws {MigrationError} If the database belongs to a newer program.
 * @throws {DefinitionError} If the declarations contradict each other.
 * @throws {ProjectError} If their files cannot be loaded.
 * @throws {SourceSchemaError} If this is to work, and the source tables lack something.
 */
export async function compose(o: ComposeOptions): Promise<App> {
  const startedAt = new Date();
  const get = o.env ?? ((name) => Deno.env.get(name));
  const directory = resolve(o.directory);
  const project = await loadProject();
  checkCrons(project, startedAt);
  // Settled: it is read while the database starts, and a fault of it is told after that.
  const reading = Promise.allSettled([readCode(project, directory)]);
  const given = await databaseAddress((name) => get(name) ?? "");
  const embedded = given === "" ? await startEmbedded({ directory }) : undefined;
  const { url, direct } = embedded ? straight(embedded.url) : await wayTo(
    given,
    get("DATABASE_DIRECT_URL") ?? "",
  );
  const set: { [name: string]: string } = {
    DATABASE_URL: url,
    AURORA_OBJECTS: get("AURORA_OBJECTS") ?? join(directory, "objects"),
  };
  const env = (name: string) => set[name] ?? get(name) ?? "";
  const whole = { ...(o.env ? {} : Deno.env.toObject()), ...set };
  secretsFromEnv(whole);
  tellEnvironment(whole).forEach((sentence) => say(o, sentence));
  try {
    const traced = await recordTraces(env, () => sql);
    const sql = await open(url, { name: `aurora ${o.role}`, max: 4 });
    await migrateAll(sql, { onWait: (sentence) => say(o, sentence) });
    if (await settleIdentity(sql)) say(o, RESTORED);
    const places = placesOf(env, () => sql, { onTrouble: (sentence) => say(o, masked(sentence)) });
    set["REDIS_URL"] = await redisAddress(env, places);
    // Only servers speak to it; commands tell of it, workers do neither.
    const kafka = o.role === "server" ? await kafkaOptions(env, places) : undefined;
    if (o.role !== "worker") set["KAFKA_BROKERS"] = await kafkaBrokers(env, places);
    if (o.role === "server") Object.assign(set, await alertSettings(env, places));
    // A setting that cannot be read is told at the start, not at the first use.
    keepFromEnv(env);
    redisFromEnv(env);
    const { kind: objects } = objectsPlace(set["AURORA_OBJECTS"]!);
    // Commands are to work on what is there, the doctor above all; a step looks for itself.
    if (o.role !== "cli") await checkSourceSchema(sql);
    const [code] = await reading;
    if (code.status === "rejected") throw code.reason;
    useCodeFingerprints(project, await codeSource(sql, code.value));
    const opened = await openLedger(url, {
      max: o.role === "server" ? 8 : 4,
      direct,
    });
    const ledger = withCodeVersion(withKeySets(traced(opened), project), project);
    await ledger.declarePools(Object.fromEntries(project.pools.map((p) => [p.name, p.slots])));
    const connections = connectionsIn(places);
    const variables = Object.keys(whole);
    const keys = keysFromEnv(env);
    const desk = connectionDesk({ sql, env, places, keys, variables, now: () => new Date() });
    return assemble({
      o,
      env,
      connections,
      desk,
      project,
      ledger,
      sql,
      embedded,
      url,
      startedAt,
      objects,
      kafka,
    });
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
}

/** The embedded database has no pooler before it. */
const straight = (url: string): Pick<Way, "url" | "direct"> => ({ url, direct: url });

/** Said while it waits, so that nobody wonders. */
function say(o: ComposeOptions, sentence: string): void {
  if (o.say) return o.say(sentence);
  Deno.stderr.writeSync(new TextEncoder().encode(`${sentence}\n`));
}

interface Parts {
  readonly o: ComposeOptions;
  readonly env: (name: string) => string;
  readonly connections: Connections;
  readonly desk: ConnectionDesk;
  readonly project: Definitions;
  readonly ledger: Ledger;
  readonly sql: Sql;
  readonly embedded: Embedded | undefined;
  readonly url: string;
  readonly startedAt: Date;
  readonly objects: ObjectsPlace["kind"];
  readonly kafka: KafkaOptions | undefined;
}

async function assemble(p: Parts): Promise<App> {
  const { o, env, project, ledger, sql, embedded, url, startedAt } = p;
  const { qualityReader } = await import("./assets/quality/reader.ts");
  const lent = lender(env, p.connections);
  // Whoever started this program may have started the database for it.
  const kind = embedded || env("AURORA_EMBEDDED") === "1" ? "embedded" : "external";
  const health = healthOf({ sql, ledger, env, kind });
  const metrics = metricsOf({ sql, definitions: project, env, version: VERSION, startedAt });
  const service = createService({
    definitions: project,
    ledger,
    clock: { now: () => new Date() },
    about: {
      version: VERSION,
      startedAt: startedAt.toISOString(),
      adapters: {
        postgres: kind,
        online: env("REDIS_URL") === "" ? "postgres" : "redis",
        events: env("KAFKA_BROKERS") === "" ? "outbox" : "kafka",
        objects: p.objects,
      },
    },
    health: () => health.ask(),
    nextTicks,
    schedules: o.schedules ?? true,
    lender: lent,
    quality: qualityReader(sql),
    metrics,
    connections: p.desk,
    alertRules: rulesFromEnv(env),
  });
  const close = async () => {
    await health.close();
    await lent[Symbol.asyncDispose]();
    await ledger[Symbol.asyncDispose]();
    await sql.end({ timeout: 2 });
    await embedded?.stop();
  };
  return {
    service,
    ledger,
    definitions: project,
    lender: lent,
    database: { url, kind },
    sql,
    env,
    kafka: p.kafka,
    metrics,
    health: () => health.ask(),
    work: (signal, w = {}) => workHere(p, lent, signal, w),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function workHere(
  p: Parts,
  lent: Lender,
  signal: AbortSignal,
  w: WorkOptions,
): Promise<void> {
  const hello = {
    host: Deno.hostname(),
    pid: Deno.pid,
    queues: w.queues ?? ["default"],
    slots: w.slots ?? SLOTS,
  };
  const whole = mayAll();
  await using processes = isolation({
    ...(whole ? {} : await stepRights()),
    script: fromFileUrl(new URL("./step_process.ts", import.meta.url)),
    env: {
      DATABASE_URL: p.env("DATABASE_URL"),
      REDIS_URL: p.env("REDIS_URL"),
      AURORA_OBJECTS: p.env("AURORA_OBJECTS"),
      AURORA_DIRECTORY: resolve(p.o.directory),
    },
    ledger: p.ledger,
    most: hello.slots,
    onLine: (line) => w.onTrouble?.(line),
  });
  await work({
    isolation: processes,
    definitions: p.project,
    ledger: p.ledger,
    lender: lent,
    hello,
    signal,
    ...(w.onJoined ? { onJoined: w.onJoined } : {}),
    ...(w.onTrouble ? { onTrouble: w.onTrouble } : {}),
  });
}

/** How steps are run by a worker with few rights: with as few, and a warden for what it may not do. */
async function stepRights(): Promise<Pick<IsolationOptions, "rights" | "sockets" | "keeper">> {
  const [{ rightsOf }, { wardenKeeper }] = await Promise.all([
    import("./rights.ts"),
    import("./adapters/process/warden_keeper.ts"),
  ]);
  const found = surroundings({});
  return {
    rights: (socket) => rightsOf("step", { ...found, sockets: [socket] }),
    sockets: found.sockets,
    keeper: wardenKeeper(),
  };
}

/** A pool on the database of the app for one purpose, such as the relay. */
export const poolOf = (app: App, name: string, max: number): Sql =>
  connect(app.database.url, { name, max });
