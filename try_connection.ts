/** Whether what a connection names is there and lets us in. @module */
import { type Connection, masked, withinMs } from "engine";
import { client } from "./adapters/kafka/client.ts";
import { open } from "./adapters/postgres/connect.ts";
import { redisPlace } from "./adapters/redis/from_env.ts";
import { connectRedis } from "./adapters/redis/link.ts";
import { addressOf, awsOf, kafkaOf } from "./adapters/secrets/address.ts";
import { probeAws } from "./adapters/secrets/aws.ts";
import { probeHttp } from "./adapters/secrets/http_probe.ts";
import { probeSmtp } from "./adapters/secrets/smtp_probe.ts";

/** How a connection is tried. */
export interface TryOptions {
  /** Milliseconds after which it counts as not reached. @default {10000} */
  readonly limitMs?: number;
  /** Hosts of private ranges that HTTP may speak to: `AURORA_PRIVATE_HOSTS`. */
  readonly allowed: string;
  /** Reads the environment, which completes the address of `aurora_redis`. @default {nothing is set} */
  readonly env?: (name: string) => string;
}

/** What was found. */
export interface Tried {
  /** Whether it was reached and let us in. */
  readonly reached: boolean;
  /** `PostgreSQL 18.1`, or the reason. Without secrets. */
  readonly found: string;
}

interface Trying {
  readonly limitMs: number;
  readonly allowed: string;
  readonly signal: AbortSignal;
  env(name: string): string;
}

type Try = (c: Connection, o: Trying) => Promise<string>;

/** What is tried, by kind. */
const TRIES: { readonly [kind: string]: Try } = {
  postgres: tryPostgres,
  redis: tryRedis,
  rediss: tryRedis,
  redis_sentinel: tryRedis,
  rediss_sentinel: tryRedis,
  redis_cluster: tryRedis,
  rediss_cluster: tryRedis,
  kafka: tryKafka,
  http: tryHttp,
  https: tryHttp,
  smtp: trySmtp,
  smtps: trySmtp,
  s3: async (c, o) => judged("S3", await probeAws(awsOf(c), { ...o, service: "s3" })),
  aws: async (c, o) => judged("AWS", await probeAws(awsOf(c), { ...o, service: "sts" })),
};

/** Connects, asks something harmless, and ends the connection. It does not throw. */
export async function tryConnection(c: Connection, o: TryOptions): Promise<Tried> {
  const trial = TRIES[c.kind];
  if (trial === undefined) {
    const known = Object.keys(TRIES).join(", ");
    return {
      reached: false,
      found: `Cannot test a connection of kind "${c.kind}": known are ${known}`,
    };
  }
  const limitMs = o.limitMs ?? 10_000;
  const late = new AbortController();
  try {
    const found = await withinMs(
      limitMs,
      trial(c, {
        limitMs,
        allowed: o.allowed,
        signal: late.signal,
        env: (name) => c.name === "aurora_redis" ? o.env?.(name) ?? "" : "",
      }),
    );
    return { reached: true, found: masked(found) };
  } catch (error) {
    return { reached: false, found: masked(reason(error, limitMs)) };
  } finally {
    late.abort();
  }
}

function reason(error: unknown, limitMs: number): string {
  if (error instanceof DOMException && /^(Timeout|Abort)Error$/.test(error.name)) {
    return `no answer within ${limitMs} ms`;
  }
  const parts: string[] = [];
  for (let e = error; e instanceof Error; e = e.cause) {
    if (!parts.some((p) => p.includes((e as Error).message))) parts.push((e as Error).message);
  }
  return parts.join(": ") || String(error);
}

async function tryPostgres(c: Connection, { limitMs }: Trying): Promise<string> {
  const sql = await open(addressOf(c), {
    name: "aurora test",
    max: 1,
    connectSeconds: limitMs / 1000,
  });
  try {
    const [row] = await sql<
      { version: string }[]
    >`select split_part(version(), ' on ', 1) as version`;
    return row!.version;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

async function tryRedis(c: Connection, { limitMs, env }: Trying): Promise<string> {
  const redis = connectRedis(redisPlace(addressOf(c), env), { name: "aurora test" });
  try {
    await redis.do({ doing: "answer a test", limitMs }, (client) => client.ping());
    return "Redis answers";
  } finally {
    await redis.close();
  }
}

async function tryKafka(c: Connection): Promise<string> {
  const admin = client({ ...kafkaOf(c), clientId: "aurora-test" }).admin();
  try {
    await admin.connect();
    const { brokers } = await admin.describeCluster();
    return `Kafka with ${brokers.length} broker${brokers.length === 1 ? "" : "s"}`;
  } finally {
    await admin.disconnect();
  }
}

async function tryHttp(c: Connection, { allowed, signal }: Trying): Promise<string> {
  return judged("HTTP", await probeHttp(addressOf(c), allowed, signal));
}

async function trySmtp(c: Connection, { limitMs }: Trying): Promise<string> {
  const ca = c.extra["ca"];
  await probeSmtp(addressOf(c), typeof ca === "string" ? ca : undefined, limitMs);
  return c.login === null ? "the mail server answers" : "the mail server lets us in";
}

/** A status that says that we may not is none of a connection that works; that something is not there may be one. */
function judged(what: string, status: number): string {
  const isRefusal = [401, 403, 407].includes(status) || status >= 500 ||
    (what !== "HTTP" && status >= 400);
  if (isRefusal) throw new Error(`${what} answers with status ${status}`);
  return `${what} answers with status ${status}`;
}
