/** Whether what a connection names is there and lets us in. @module */
import { type Connection, howToAllow, masked, withinMs } from "engine";
import { client } from "./adapters/kafka/client.ts";
import { open } from "./adapters/postgres/connect.ts";
import { redisPlace } from "./adapters/redis/from_env.ts";
import { connectRedis } from "./adapters/redis/link.ts";
import { addressOf, awsOf } from "./adapters/secrets/address.ts";
import { probeAws } from "./adapters/secrets/aws.ts";
import { kafkaOf } from "./adapters/secrets/kafka.ts";
import { probeSmtp } from "./adapters/secrets/smtp_probe.ts";
import { ask, type PrivateHosts } from "./reach/mod.ts";

/** How a connection is tried. */
export interface TryOptions {
  /** Milliseconds after which it counts as not reached. @default {10000} */
  readonly limitMs?: number;
  /** Hosts that HTTP may ask at a private address: those of `AURORA_PRIVATE_HOSTS`. */
  readonly privateHosts: PrivateHosts;
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

type Trying = Required<TryOptions>;

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
  try {
    const env = (name: string) => c.name === "aurora_redis" ? o.env?.(name) ?? "" : "";
    const found = await withinMs(limitMs, trial(c, { ...o, limitMs, env }));
    return { reached: true, found: masked(found) };
  } catch (error) {
    return { reached: false, found: masked(reason(error, limitMs)) };
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
  return howToAllow(parts.join(": ") || String(error));
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

async function tryHttp(c: Connection, o: Trying): Promise<string> {
  return judged("HTTP", await ask({ ...o, method: "HEAD", url: new URL(addressOf(c)) }));
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
