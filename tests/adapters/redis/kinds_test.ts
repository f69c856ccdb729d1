/** TLS, ACL, Sentinel and Cluster: what any Redis does, the others do too. @module */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type FeatureView, ServiceUnavailableError } from "engine";
import { cacheContract, onlineStoreContract } from "engine/testing";
import { redisCache } from "../../../adapters/redis/cache.ts";
import { redisPlace } from "../../../adapters/redis/from_env.ts";
import { redisOnlineStore } from "../../../adapters/redis/online_store.ts";
import { freePort } from "../../services/service.ts";
import { as, PEM, startCluster, startSentinels, startTlsRedis } from "../../services/redis_sets.ts";

const PASSWORD = "kinds-planted";
const SENTINEL_PASSWORD = "sentinel-planted";
const guide = await Deno.readTextFile(new URL("../../../docs/guide/redis.md", import.meta.url));
/** What docs/guide/redis.md grants: on every server, on nodes of a Cluster too, on Sentinels. */
const [EVERYWHERE, IN_A_CLUSTER, TO_WATCH] = [...guide.matchAll(/^ACL SETUSER \w+ (.*)$/gm)]
  .map(([, rules]) => rules!.replace("PASSWORD", PASSWORD).split(" "));
// The contract has projects of its own.
const LEAST = [...EVERYWHERE!, "~*contract_*"];

const tls = await startTlsRedis("--tls-auth-clients", "no");
const mutual = await startTlsRedis("--tls-auth-clients", "yes");
const sentinels = await startSentinels({ password: PASSWORD, sentinelPassword: SENTINEL_PASSWORD });
const tlsSentinels = await startSentinels({
  password: PASSWORD,
  sentinelPassword: SENTINEL_PASSWORD,
  isTls: true,
});
const cluster = await startCluster(PASSWORD);
const tlsCluster = await startCluster(PASSWORD, { isTls: true });
const grant = (port: number, password: string, user: string, rules: readonly string[]) =>
  as(port, password, (redis) => redis.call("ACL", "SETUSER", user, ...rules));
await grant(tls.port, "", "aurora", LEAST);
for (const { port } of sentinels.servers) await grant(port, PASSWORD, "aurora", LEAST);
for (const { port } of sentinels.sentinels) {
  await grant(port, SENTINEL_PASSWORD, "watcher", TO_WATCH!);
}
for (const { port } of cluster.nodes) {
  await grant(port, PASSWORD, "aurora", LEAST);
  await grant(port, PASSWORD, "aurora", IN_A_CLUSTER!);
}
Deno.test.afterAll(async () => {
  for (const one of [tlsCluster, cluster, tlsSentinels, sentinels, mutual, tls]) {
    await one[Symbol.asyncDispose]();
  }
});

const LOGIN = `aurora:${PASSWORD}@`;
const WATCHER = `sentinel_user=watcher&sentinel_password=${PASSWORD}`;
const KINDS = {
  "redis with TLS and the least rights": redisPlace(
    `rediss://${LOGIN}localhost:${tls.tlsPort}/0?ca=${PEM.ca}`,
  ),
  "redis that asks for our certificate": redisPlace(
    `rediss://127.0.0.1:${mutual.tlsPort}/1?ca=${PEM.ca}&cert=${PEM.cert}&key=${PEM.key}`,
  ),
  "redis behind Sentinels, with the least rights": redisPlace(
    `redis-sentinel://${LOGIN}${sentinels.hosts}/0?name=mymaster&${WATCHER}`,
  ),
  "redis behind Sentinels with TLS": redisPlace(
    `rediss-sentinel://:${PASSWORD}@${tlsSentinels.hosts}/0?name=mymaster&ca=${PEM.ca}` +
      `&sentinel_password=${SENTINEL_PASSWORD}`,
  ),
  "a redis Cluster with the least rights": redisPlace(`redis-cluster://${LOGIN}${cluster.hosts}`),
  "a redis Cluster with TLS": redisPlace(
    `rediss-cluster://:${PASSWORD}@${tlsCluster.hosts}?ca=${PEM.ca}`,
  ),
};

const pass = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
for (const [name, place] of Object.entries(KINDS)) {
  onlineStoreContract(name, () => Promise.resolve(redisOnlineStore(place)));
  cacheContract(name, () => Promise.resolve({ cache: redisCache(place), pass }));
}

const SIX = new Date("2025-01-27T06:00:00Z");
const view: FeatureView = {
  name: "user_social",
  entity: "user_id",
  fields: [{ name: "friend_count", type: "INT64" }],
  ttl: 0,
};
const rowsOf = (users: readonly string[], value = 1, eventTime = SIX) =>
  users.map((entity) => ({ entity, eventTime, values: { friend_count: value } }));

Deno.test("a Cluster has every entity on the node of its key, and answers for all of them", async () => {
  await using store = redisOnlineStore(KINDS["a redis Cluster with the least rights"]);
  const users = Array.from({ length: 3000 }, (_, i) => `u${i}`);
  assertEquals((await store.write("contract_spread", view, rowsOf(users))).written, 3000);
  const sizes = await Promise.all(
    cluster.nodes.map(({ port }) => as(port, PASSWORD, (redis) => redis.dbsize())),
  );
  assert(sizes.every((size) => size > 500), `${sizes}`);
  const answers = await store.read("contract_spread", [view], users, { now: SIX });
  assert(answers.every((a) => a.features.get("user_social:friend_count")?.value === 1));
  await store.remove("contract_spread", "user_id", users);
});

Deno.test("a slot that moves to another node is followed", async () => {
  await using store = redisOnlineStore(KINDS["a redis Cluster with the least rights"]);
  await store.write("contract_moved", view, rowsOf(["u1"]));
  const [first] = cluster.nodes;
  const ids = await Promise.all(
    cluster.nodes.map(({ port }) => as(port, PASSWORD, (redis) => redis.call("CLUSTER", "MYID"))),
  );
  // Slots without keys move in one command; the first node has the first third.
  const slots = await as(first!.port, PASSWORD, async (redis) => {
    const empty: number[] = [];
    for (let slot = 0; slot < 200; slot++) {
      if (await redis.call("CLUSTER", "COUNTKEYSINSLOT", slot) === 0) empty.push(slot);
    }
    return empty;
  });
  for (const { port } of cluster.nodes) {
    await as(port, PASSWORD, async (redis) => {
      for (const slot of slots) await redis.call("CLUSTER", "SETSLOT", slot, "NODE", `${ids[1]}`);
    });
  }
  const users = Array.from({ length: 3000 }, (_, i) => `m${i}`);
  assertEquals((await store.write("contract_moved", view, rowsOf(users))).written, 3000);
  const answers = await store.read("contract_moved", [view], users, { now: SIX });
  assert(answers.every((a) => a.features.get("user_social:friend_count")?.value === 1));
});

Deno.test("a node of a Cluster that freezes holds up only its own keys, and only until it thaws", async () => {
  await using store = redisOnlineStore(KINDS["a redis Cluster with the least rights"]);
  const users = Array.from({ length: 200 }, (_, i) => `f${i}`);
  const read = async () => {
    const began = performance.now();
    const results = await Promise.allSettled(
      users.map((user) => store.read("contract_frozen", [view], [user], { now: SIX })),
    );
    const served = results.filter(({ status }) => status === "fulfilled").length;
    return { served, ms: performance.now() - began };
  };
  await store.write("contract_frozen", view, rowsOf(users));
  cluster.nodes[1]!.signal("SIGSTOP");
  // Longer than a silent connection is kept, and than the nodes wait for each other.
  for (let i = 0; i < 5; i++) {
    const { served, ms } = await read();
    assert(ms < 10_000 && served > 60 && served < 200, `${served} of 200 in ${ms} ms`);
  }
  cluster.nodes[1]!.signal("SIGCONT");
  const end = performance.now() + 30_000;
  while ((await read()).served < 200) assert(performance.now() < end, "it has thawed");
});

Deno.test("when a node of a Cluster dies, the keys of the others are served", async () => {
  await using store = redisOnlineStore(KINDS["a redis Cluster with the least rights"], {
    readLimitMs: 2000,
  });
  const users = Array.from({ length: 300 }, (_, i) => `n${i}`);
  await store.write("contract_node", view, rowsOf(users));
  await cluster.nodes[2]!.kill();
  const began = performance.now();
  const results = await Promise.allSettled(
    users.map((user) => store.read("contract_node", [view], [user], { now: SIX })),
  );
  assert(performance.now() - began < 15_000, `${performance.now() - began} ms`);
  const served = results.filter(({ status }) => status === "fulfilled").length;
  assert(served > 100 && served < 300, `${served} of 300`);
  for (const result of results) {
    if (result.status === "fulfilled") continue;
    assert(result.reason instanceof ServiceUnavailableError, `${result.reason}`);
    assertStringIncludes(result.reason.message, "Redis Cluster at");
  }
  await cluster.nodes[2]!.start();
});

Deno.test("when the master is killed, writes go on with the one that Sentinels name", async () => {
  await using store = redisOnlineStore(KINDS["redis behind Sentinels, with the least rights"]);
  await store.write("contract_failover", view, rowsOf(["u1"]));
  await as(sentinels.servers[0]!.port, PASSWORD, (redis) => redis.call("WAIT", 1, 5000));
  await sentinels.servers[0]!.kill();
  const began = performance.now();
  const later = new Date(SIX.getTime() + 1);
  for (;;) {
    try {
      await store.write("contract_failover", view, rowsOf(["u2"], 2, later));
      break;
    } catch (error) {
      assert(error instanceof ServiceUnavailableError, `${error}`);
      assertStringIncludes(error.message, 'Redis "mymaster" of the Sentinels at');
    }
  }
  const took = performance.now() - began;
  assert(took < 15_000, `${took} ms`);
  const answers = await store.read("contract_failover", [view], ["u1", "u2"], { now: SIX });
  assertEquals(answers.map((a) => a.features.get("user_social:friend_count")?.value), [1, 2]);
});

/** What a read says of a Redis that cannot be had. */
async function refusal(address: string): Promise<string> {
  await using store = redisOnlineStore(address);
  const read = () => store.read("p", [view], ["u1"], { now: SIX });
  const { message } = await assertRejects(read, ServiceUnavailableError);
  assert(!message.includes(PASSWORD), message);
  return message;
}

Deno.test("why there is no connection is told, and not that there were tries", async () => {
  const login = `aurora:${PASSWORD}@localhost:${tls.tlsPort}`;
  const quorum = `${sentinels.hosts}?sentinel_password=${SENTINEL_PASSWORD}`;
  const nobody = `127.0.0.1:${freePort()}`;
  const reasons: readonly (readonly [address: string, why: string])[] = [
    [`rediss://${login}`, "self-signed certificate"],
    [`rediss://${login}?ca=${PEM.ca}&servername=other.local`, "other.local"],
    [`rediss://localhost:${mutual.tlsPort}?ca=${PEM.ca}`, "CertificateRequired"],
    [`rediss://aurora:wrong-word@localhost:${tls.tlsPort}?ca=${PEM.ca}`, "WRONGPASS"],
    [`redis://${nobody}`, "ECONNREFUSED"],
    [`redis-sentinel://${nobody}?name=mymaster`, "All sentinels are unreachable"],
    [`redis-sentinel://${quorum}&name=nobody`, "No such master with that name"],
    [`redis-sentinel://${sentinels.hosts}?name=mymaster&sentinel_password=wrong`, "WRONGPASS"],
    [`redis-cluster://${nobody}`, "None of startup nodes is available"],
  ];
  for (const [address, why] of reasons) assertStringIncludes(await refusal(address), why);
});

Deno.test("the least rights deny what they do not name", async () => {
  const place = KINDS["redis with TLS and the least rights"];
  await using foreign = redisCache(place, { prefix: "foreign:" });
  await assertRejects(() => foreign.get(["a"]), ServiceUnavailableError, "NOPERM");
  const denied = await as(tls.port, "", async (redis) => {
    await redis.auth("aurora", PASSWORD);
    return await Promise.allSettled([redis.flushall(), redis.keys("*"), redis.config("GET", "*")]);
  });
  assert(denied.every((one) => one.status === "rejected" && /NOPERM/.test(`${one.reason}`)));
});

Deno.test("after the Sentinels were gone, the link finds them again", async () => {
  await using cache = redisCache(KINDS["redis behind Sentinels, with the least rights"]);
  await cache.put([{ key: "back", value: new Uint8Array([1]) }], { ttlMs: 60_000 });
  const master = sentinels.servers[1]!;
  for (const one of [...sentinels.sentinels, master]) one.signal("SIGSTOP");
  for (let i = 0; i < 3; i++) {
    await assertRejects(() => cache.get(["back"]), ServiceUnavailableError, "no answer within");
  }
  for (const one of [...sentinels.sentinels, master]) one.signal("SIGCONT");
  const end = performance.now() + 15_000;
  for (;;) {
    const found = await cache.get(["back"]).catch((error) => error);
    if (Array.isArray(found)) break;
    assert(performance.now() < end, `${found}`);
  }
});
