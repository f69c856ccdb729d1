import { assert, assertEquals, assertThrows } from "@std/assert";
import { parseRedisAddress } from "../../../adapters/redis/address.ts";
import { redisFromEnv, redisPlace } from "../../../adapters/redis/from_env.ts";
import { masked } from "engine";

Deno.test("parseRedisAddress() reads servers, Sentinels and Clusters", () => {
  const at = (host: string, port: number) => ({ host, port });
  const plain = { isTls: false, db: 0, settings: {} };
  assertEquals(parseRedisAddress("redis://cache"), {
    ...plain,
    kind: "server",
    hosts: [at("cache", 6379)],
  });
  assertEquals(parseRedisAddress("rediss://feat:p%40%2F%3A@[::1]:7000/3?servername=cache.local"), {
    kind: "server",
    hosts: [at("::1", 7000)],
    isTls: true,
    username: "feat",
    password: "p@/:",
    db: 3,
    settings: { servername: "cache.local" },
  });
  assertEquals(
    parseRedisAddress("redis-sentinel://:pw@s1:26380,s2/2?name=mymaster&sentinel_password=other"),
    {
      ...plain,
      kind: "sentinel",
      hosts: [at("s1", 26380), at("s2", 26379)],
      password: "pw",
      db: 2,
      sentinel: { name: "mymaster", password: "other" },
    },
  );
  assertEquals(parseRedisAddress("rediss-cluster://a,b:7001?ca=/etc/ca.pem"), {
    ...plain,
    kind: "cluster",
    isTls: true,
    hosts: [at("a", 6379), at("b", 7001)],
    settings: { ca: "/etc/ca.pem" },
  });
});

Deno.test("parseRedisAddress() says which part it cannot read, and not what is in it", () => {
  const wrong: readonly (readonly [address: string, why: string])[] = [
    ["http://:planted@h", "its kind is unknown"],
    ["planted", "its kind is unknown"],
    ["redis://", "it has no host"],
    ["redis://:pl/anted@h", 'in a password "/"'],
    ["redis://:pl?anted@h", 'in a password "/"'],
    ["redis://:planted%@h", 'its password has a "%"'],
    ["redis://:planted@h:65536", "port 65536 is not from 1 to 65535"],
    ["redis://:planted@h:six", "a host is not like host:6379"],
    ["redis://:planted@a,b", "it has 2 hosts"],
    ["redis://:planted@::1", "IPv6 is in brackets"],
    ["redis://h/planted", "not the number of a database"],
    ["redis://h?planted=1", "parameter 1 is none of ca, cert, key, servername, namespace"],
    ["redis-sentinel://:planted@h", "it does not name the master"],
    ["redis-cluster://:planted@h/1", "a Cluster has database 0 only"],
  ];
  for (const [address, why] of wrong) {
    const { message } = assertThrows(() => parseRedisAddress(address), TypeError, why);
    assert(!message.includes("planted") && !message.includes("anted@"), message);
    assert(message.includes('it must be like "redis'), message);
  }
});

Deno.test("redisFromEnv() completes the address, whose own parameters come first", () => {
  const files: Record<string, string> = {
    "/ca.pem": "-----BEGIN ca",
    "/own.pem": "-----BEGIN own",
  };
  const read = (path: string) => {
    if (files[path] === undefined) throw new Deno.errors.NotFound(path);
    return files[path];
  };
  const of = (env: Record<string, string>) => redisFromEnv((name) => env[name] ?? "", read);
  assertEquals(of({}), undefined);
  const env = {
    REDIS_URL: "rediss://h",
    AURORA_REDIS_CA: "/ca.pem",
    AURORA_REDIS_NAMESPACE: "staging",
    AURORA_REDIS_SERVERNAME: "cache.local",
  };
  assertEquals(of(env)?.tls, { ca: "-----BEGIN ca", servername: "cache.local" });
  assertEquals(of(env)?.namespace, "staging");
  const own = of({ ...env, REDIS_URL: "rediss://h?ca=/own.pem&namespace=qa" });
  assertEquals([own?.tls?.ca, own?.namespace], ["-----BEGIN own", "qa"]);
});

Deno.test("redisFromEnv() refuses settings that would mean nothing", () => {
  const wrong: readonly (readonly [env: Record<string, string>, why: string])[] = [
    [{ REDIS_URL: "redis://h", AURORA_REDIS_CA: "/ca.pem" }, "not one of rediss://"],
    [{ REDIS_URL: "rediss://h", AURORA_REDIS_CERT: "/c.pem" }, "one is without the other"],
    [{ REDIS_URL: "rediss://h", AURORA_REDIS_CA: "/none.pem" }, 'file "/none.pem" is not there'],
    [{ REDIS_URL: "rediss://h", AURORA_REDIS_CA: "/text" }, "is not PEM"],
    [{ REDIS_URL: "redis://h", AURORA_REDIS_NAMESPACE: "a:b" }, '"a:b" is not like "staging"'],
  ];
  const read = (path: string) => {
    if (path === "/none.pem") throw new Deno.errors.NotFound(path);
    return "text";
  };
  for (const [env, why] of wrong) {
    assertThrows(() => redisFromEnv((name) => env[name] ?? "", read), RangeError, why);
  }
});

Deno.test("redisPlace() makes passwords known to the masking, also beside several hosts", () => {
  redisPlace("redis-sentinel://:sent-planted-1@a,b?name=m&sentinel_password=sent-planted-2");
  assertEquals(masked("sent-planted-1, sent-planted-2"), "***, ***");
});
