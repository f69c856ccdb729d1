/**
 * Whether everything that the program needs answers.
 *
 * @module
 */
import type { DependencyHealth, HealthView, Ledger } from "engine";
import { type Sql, withLimit } from "./adapters/postgres/connect.ts";

/** What is asked. */
export interface HealthOptions {
  /** The database. */
  readonly sql: Sql;
  /** Knows the workers. */
  readonly ledger: Pick<Ledger, "workers">;
  /** Which services are configured. */
  readonly env: (name: string) => string;
  /** Whose database it is. */
  readonly kind: "embedded" | "external";
}

/** Asks when asked. */
export interface Health {
  /** Asks everything at once; takes at most {@linkcode LIMIT_MS}. */
  ask(): Promise<HealthView>;
  /** Ends what was opened for asking. */
  close(): Promise<void>;
}

/** Milliseconds after which silence is an answer. */
const LIMIT_MS = 2_000;

type Question = Omit<DependencyHealth, "ok" | "latencyMs"> & { ask(): Promise<string> };

/** A view of the dependencies of a process. */
export function healthOf(o: HealthOptions): Health {
  const redis = redisPing(o.env);
  const questions = [
    database(o),
    workers(o),
    objects(o.env),
    redis.question ?? inUse("online features", "in PostgreSQL, since REDIS_URL is not set"),
    kafka(o) ??
      inUse("events", "stay readable in the outbox, since KAFKA_BROKERS is not set"),
  ];
  return {
    async ask() {
      const dependencies = await Promise.all(questions.map(answer));
      return { ok: dependencies.every((d) => d.ok || !d.required), dependencies };
    },
    close: redis.close,
  };
}

async function answer({ ask, detail, ...q }: Question): Promise<DependencyHealth> {
  const began = performance.now();
  try {
    const said = await withLimit(ask(), LIMIT_MS, `ask ${q.name}`);
    const latencyMs = Math.round(10 * (performance.now() - began)) / 10;
    return { ...q, ok: true, detail: said || detail, latencyMs };
  } catch (error) {
    return { ...q, ok: false, detail: (error as Error).message, latencyMs: null };
  }
}

/** What stands in for a service that is not configured: told, not asked. */
const inUse = (name: string, detail: string): Question => ({
  name,
  required: false,
  detail,
  ask: () => Promise.resolve(""),
});

function database({ sql, kind }: HealthOptions): Question {
  return {
    name: "postgres",
    required: true,
    detail: `${kind} PostgreSQL`,
    async ask() {
      const [row] = await sql<
        { version: string }[]
      >`select current_setting('server_version') as version`;
      return `${kind} PostgreSQL ${row!.version}`;
    },
  };
}

function workers({ ledger }: HealthOptions): Question {
  return {
    name: "workers",
    required: false,
    detail: "",
    async ask() {
      const found = await ledger.workers();
      const slots = found.reduce((sum, w) => sum + w.slots, 0);
      if (found.length > 0) return `${found.length} alive, ${slots} slots`;
      throw new Error("No worker is alive: queued steps wait; start one by `deno task worker`");
    },
  };
}

/** Whether the store of objects can be asked for one; what it holds is not looked at. */
function objects(env: HealthOptions["env"]): Question {
  return {
    name: "objects",
    required: false,
    detail: "models and frames",
    async ask() {
      const { openObjects } = await import("./adapters/objects/setting.ts");
      const store = await openObjects(env);
      await store.head("health", { signal: AbortSignal.timeout(LIMIT_MS) });
      return `${store.name === "file" ? "files in " : ""}${store.place}`;
    },
  };
}

/** Milliseconds for Redis: less than the whole may take, so that it is Redis that is told of. */
const REDIS_MS = 1_500;

function redisPing(
  env: HealthOptions["env"],
): { readonly question: Question | undefined; close(): Promise<void> } {
  if (env("REDIS_URL") === "") return { question: undefined, close: () => Promise.resolve() };
  let opened: Promise<{ ping(): Promise<unknown>; close(): Promise<void> }> | undefined;
  const open = async () => {
    const { redisFromEnv } = await import("./adapters/redis/from_env.ts");
    const { connectRedis } = await import("./adapters/redis/link.ts");
    const redis = connectRedis(redisFromEnv(env)!);
    const work = { doing: "ask Redis", limitMs: REDIS_MS };
    return {
      ping: () => redis.do(work, (client) => client.ping()),
      close: () => redis.close(),
    };
  };
  const question: Question = {
    name: "redis",
    required: false,
    detail: "serves online features, models and predictions",
    async ask() {
      await (await (opened ??= open())).ping();
      return "";
    },
  };
  return { question, close: async () => await (await opened)?.close() };
}

/** The first broker that takes a connection; whether it serves is seen by the relay. */
function kafka({ env, sql }: HealthOptions): Question | undefined {
  const brokers = env("KAFKA_BROKERS");
  if (brokers === "") return undefined;
  return {
    name: "kafka",
    required: false,
    detail: `events go to ${brokers}`,
    async ask() {
      const tried = brokers.split(",").map(async (broker) => {
        const [hostname, port] = broker.trim().split(":");
        (await Deno.connect({ hostname: hostname!, port: Number(port ?? 9092) })).close();
      });
      await Promise.any(tried).catch(() => {
        throw new Error(`No broker of ${brokers} takes a connection: events wait in the outbox`);
      });
      return `events go to ${brokers}${await lagOf(sql)}`;
    },
  };
}

/** What is not sent, in words; nothing if all is. */
async function lagOf(sql: Sql): Promise<string> {
  const { postgresOutbox } = await import("./adapters/postgres/outbox.ts");
  const { pending, oldest, refused } = await postgresOutbox(sql).lag();
  const waiting = pending > 0 ? `; ${pending} wait, since ${oldest!.toISOString()}` : "";
  return waiting + (refused > 0 ? `; ${refused} refused, see "events --refused"` : "");
}
