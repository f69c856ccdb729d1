/** Redis with TLS, Sentinels with a master and its replica, and a Cluster; each a test's own. @module */
import { join } from "@std/path";
import { Redis } from "ioredis";
import { redisServer, startRedis } from "./redis.ts";
import { answers, freePort, type Service, serviceDir, startService } from "./service.ts";

/** An authority, and a certificate that it gave to `localhost` and 127.0.0.1: for servers and clients. */
const CERTIFICATE = new URL("../adapters/alerts/certificate/", import.meta.url).pathname;
export const PEM = {
  ca: join(CERTIFICATE, "ca.pem"),
  cert: join(CERTIFICATE, "leaf.pem"),
  key: join(CERTIFICATE, "leaf.key"),
} as const;

/** A server that speaks TLS on a port of its own. */
export async function startTlsRedis(
  ...args: readonly string[]
): Promise<Service & { readonly tlsPort: number }> {
  const tlsPort = freePort();
  const tls = ["--tls-port", `${tlsPort}`, "--tls-cert-file", PEM.cert, "--tls-key-file", PEM.key];
  const service = await startRedis(...tls, "--tls-ca-cert-file", PEM.ca, ...args);
  return Object.assign(service, { tlsPort });
}

/** A server with its Sentinels. */
export interface SentinelSet extends AsyncDisposable {
  readonly servers: readonly Service[];
  readonly sentinels: readonly Service[];
  /** `127.0.0.1:20001,127.0.0.1:20002`, the Sentinels. */
  readonly hosts: string;
}

/** Milliseconds of silence after which these Sentinels take a master for dead. */
export const DOWN_MS = 1000;

interface SentinelSetting {
  readonly password: string;
  readonly sentinelPassword: string;
  /** Whether all of them speak TLS to each other and to clients. */
  readonly isTls?: boolean;
}

/** A process and the port on which clients and others of its kind find it. */
interface Found {
  readonly service: Service;
  readonly port: number;
}

/** A master with `password` called "mymaster", its replica, and three Sentinels with a password of their own. */
export async function startSentinels(o: SentinelSetting): Promise<SentinelSet> {
  const login = ["--requirepass", o.password, "--masterauth", o.password];
  const start = async (...args: readonly string[]): Promise<Found> => {
    if (!o.isTls) {
      const service = await startRedis(...login, ...args);
      return { service, port: service.port };
    }
    const tls = ["--tls-replication", "yes", "--tls-auth-clients", "no"];
    const service = await startTlsRedis(...login, ...tls, ...args);
    return { service, port: service.tlsPort };
  };
  const master = await start();
  const replicaOf = ["--replicaof", "127.0.0.1", `${master.port}`];
  const replica = await start(...replicaOf, "--repl-diskless-sync-delay", "0");
  await until(
    replica.service.port,
    o.password,
    async (redis) => /master_link_status:up/.test(await redis.info("replication")),
  );
  const found = await Promise.all([1, 2, 3].map(() => startSentinel(master.port, o)));
  // Who does not know the others and the replica yet cannot vote.
  for (const { service: { port } } of found) {
    await until(port, o.sentinelPassword, async (redis) => {
      const facts = `${await redis.call("SENTINEL", "MASTER", "mymaster")}`;
      return facts.includes("num-slaves,1") && facts.includes("num-other-sentinels,2");
    });
  }
  const sentinels = found.map(({ service }) => service);
  return {
    servers: [master.service, replica.service],
    sentinels,
    hosts: found.map(({ port }) => `127.0.0.1:${port}`).join(","),
    [Symbol.asyncDispose]: () => stopAll([...sentinels, replica.service, master.service]),
  };
}

async function startSentinel(master: number, o: SentinelSetting): Promise<Found> {
  const port = freePort();
  const tlsPort = freePort();
  const dir = serviceDir("sentinel");
  const file = join(dir, "sentinel.conf");
  const lines = [
    `port ${port}`,
    "bind 127.0.0.1",
    `dir ${dir}`,
    `requirepass ${o.sentinelPassword}`,
    ...o.isTls
      ? [
        `tls-port ${tlsPort}`,
        `tls-cert-file ${PEM.cert}`,
        `tls-key-file ${PEM.key}`,
        `tls-ca-cert-file ${PEM.ca}`,
        "tls-auth-clients no",
        "tls-replication yes",
      ]
      : [],
    `sentinel sentinel-pass ${o.sentinelPassword}`,
    `sentinel monitor mymaster 127.0.0.1 ${master} 2`,
    `sentinel auth-pass mymaster ${o.password}`,
    `sentinel down-after-milliseconds mymaster ${DOWN_MS}`,
    "sentinel failover-timeout mymaster 3000",
  ];
  await Deno.writeTextFile(file, lines.join("\n") + "\n");
  const service = await startService({
    name: "sentinel",
    command: [await redisServer(), file, "--sentinel"],
    port,
    dir,
    ready: () => answers(port, noauth),
    timeoutMs: 20_000,
  });
  return { service, port: o.isTls ? tlsPort : port };
}

/** A Cluster of masters. */
export interface ClusterSet extends AsyncDisposable {
  readonly nodes: readonly Service[];
  /** `127.0.0.1:20001,127.0.0.1:20002`; of one with TLS the ports that speak it. */
  readonly hosts: string;
}

const SLOTS = 16_384;

/** Three masters that part the slots among themselves, by TLS if it is asked for. */
export async function startCluster(
  password: string,
  { isTls = false }: { readonly isTls?: boolean } = {},
): Promise<ClusterSet> {
  const cluster = ["--cluster-enabled", "yes", "--cluster-node-timeout", "2000"];
  // What a master without replicas kept is gone with it; the others serve on.
  const partly = ["--cluster-require-full-coverage", "no", "--requirepass", password];
  const start = async () => {
    // Otherwise 10,000 above its own, where connections of the machine have their ports.
    const bus = freePort();
    const words = [...cluster, ...partly, "--cluster-port", `${bus}`];
    if (!isTls) {
      const node = await startRedis(...words);
      return { node, port: node.port, bus };
    }
    const tls = ["--tls-cluster", "yes", "--tls-auth-clients", "no"];
    const node = await startTlsRedis(...words, ...tls);
    return { node, port: node.tlsPort, bus };
  };
  const started = await Promise.all([0, 1, 2].map(start));
  const nodes = started.map(({ node }) => node);
  for (const [n, { port }] of nodes.entries()) {
    await as(port, password, async (redis) => {
      const [first, end] = [n, n + 1].map((k) => Math.floor(k * SLOTS / 3)) as [number, number];
      const slots = Array.from({ length: end - first }, (_, i) => first + i);
      await redis.call("CLUSTER", "ADDSLOTS", ...slots);
      if (n > 0) {
        await redis.call("CLUSTER", "MEET", "127.0.0.1", started[0]!.port, started[0]!.bus);
      }
    });
  }
  for (const { port } of nodes) {
    await until(port, password, async (redis) => {
      const info = `${await redis.call("CLUSTER", "INFO")}`;
      return /cluster_state:ok/.test(info) && /cluster_slots_ok:16384/.test(info);
    });
  }
  return {
    nodes,
    hosts: started.map(({ port }) => `127.0.0.1:${port}`).join(","),
    [Symbol.asyncDispose]: () => stopAll(nodes),
  };
}

async function stopAll(services: readonly Service[]): Promise<void> {
  await Promise.all(services.map((service) => service.stop()));
}

/** A plain client for the length of a call. */
export async function as<T>(
  port: number,
  password: string,
  use: (redis: Redis) => Promise<T>,
): Promise<T> {
  const redis = new Redis({ port, host: "127.0.0.1", password, enableReadyCheck: false });
  redis.on("error", () => {});
  try {
    return await use(redis);
  } finally {
    redis.disconnect();
  }
}

async function until(
  port: number,
  password: string,
  isSo: (redis: Redis) => Promise<boolean>,
): Promise<void> {
  const end = performance.now() + 20_000;
  await as(port, password, async (redis) => {
    while (!(await isSo(redis))) {
      if (performance.now() > end) throw new Error(`Cannot wait for port ${port}: not in 20 s`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });
}

async function noauth(connection: Deno.Conn): Promise<boolean> {
  await connection.write(new TextEncoder().encode("PING\r\n"));
  const answer = new Uint8Array(64);
  const length = await connection.read(answer) ?? 0;
  return new TextDecoder().decode(answer.subarray(0, length)).startsWith("-NOAUTH");
}
