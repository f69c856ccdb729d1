/** Every kind of connection against its real server. @module */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { parseUri } from "../adapters/secrets/uri.ts";
import { privateHosts } from "../reach/mod.ts";
import { tryConnection } from "../try_connection.ts";
import { authority, mailServer, user } from "./adapters/alerts/mail_server.ts";
import { testKafka } from "./services/kafka.ts";
import { startMoto } from "./services/moto.ts";
import { testServer } from "./services/postgres.ts";
import { startRedis } from "./services/redis.ts";
import { PEM, startSentinels, startTlsRedis } from "./services/redis_sets.ts";

const SECRET = "planted-try-secret";
const attempt = async (uri: string, o: { allowed?: string; limitMs?: number } = {}) => {
  const { allowed = "", limitMs = 5_000 } = o;
  const bounds = { limitMs, privateHosts: privateHosts(allowed) };
  const tried = await tryConnection(parseUri("c", uri), bounds);
  assert(!tried.found.includes(SECRET), tried.found);
  return tried;
};

Deno.test("tryConnection() asks PostgreSQL for its version", async () => {
  const url = new URL(await testServer());
  const found = await attempt(url.href);
  assertEquals(found.reached, true, found.found);
  assertStringIncludes(found.found, "PostgreSQL 18");
  url.pathname = "/no_such_database";
  const missing = await attempt(url.href);
  assertEquals(missing.reached, false);
  assertStringIncludes(missing.found, "no_such_database");
});

Deno.test("tryConnection() logs in to Redis", async () => {
  await using redis = await startRedis("--requirepass", SECRET);
  const found = await attempt(`redis://:${SECRET}@127.0.0.1:${redis.port}/1`);
  assertEquals(found, { reached: true, found: "Redis answers" });
  assertEquals((await attempt(`redis://:wrong-word@127.0.0.1:${redis.port}`)).reached, false);
});

Deno.test("tryConnection() reaches Redis by TLS, by Airflow's extras and by the environment", async () => {
  await using redis = await startTlsRedis("--requirepass", SECRET, "--tls-auth-clients", "no");
  const ok = { reached: true, found: "Redis answers" };
  const at = `:${SECRET}@localhost:${redis.tlsPort}`;
  assertEquals(await attempt(`redis://${at}?ssl=true&ssl_ca_certs=${PEM.ca}`), ok);
  const unknown = await attempt(`rediss://${at}`);
  assertEquals(unknown.reached, false);
  assertStringIncludes(unknown.found, "self-signed certificate");
  const env = (name: string) => name === "AURORA_REDIS_CA" ? PEM.ca : "";
  const tried = (name: string) =>
    tryConnection(parseUri(name, `rediss://${at}`), { privateHosts: privateHosts(""), env });
  assertEquals(await tried("aurora_redis"), ok);
  assertEquals((await tried("another")).reached, false, "the variable is of our own Redis");
});

Deno.test("tryConnection() reaches the master that Sentinels name", async () => {
  await using set = await startSentinels({ password: SECRET, sentinelPassword: `${SECRET}-2` });
  const uri = `redis-sentinel://:${SECRET}@${set.hosts}/0?name=mymaster`;
  assertEquals(await attempt(`${uri}&sentinel_password=${SECRET}-2`), {
    reached: true,
    found: "Redis answers",
  });
  const denied = await attempt(uri);
  assertEquals(denied.reached, false);
  assertStringIncludes(denied.found, "NOAUTH");
});

Deno.test("tryConnection() asks Kafka for its brokers", async () => {
  await using kafka = await testKafka();
  assertEquals(await attempt(`kafka://${kafka.brokers[0]}`, { limitMs: 20_000 }), {
    reached: true,
    found: "Kafka with 1 broker",
  });
});

Deno.test("tryConnection() asks HTTP with the login, and follows no redirect", async () => {
  const heads: (string | null)[] = [];
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => {
      heads.push(
        `${request.method} ${new URL(request.url).pathname} ${
          request.headers.get("authorization")
        }`,
      );
      if (request.url.endsWith("/away")) return Response.redirect("http://127.0.0.1:1/", 302);
      return new Response(null, { status: request.url.endsWith("/closed") ? 401 : 204 });
    },
  );
  const { port } = server.addr;
  const allowed = "127.0.0.1";
  const at = (path: string) => `http://me:${SECRET}@127.0.0.1:${port}/${path}`;
  assertEquals(await attempt(at("open"), { allowed }), {
    reached: true,
    found: "HTTP answers with status 204",
  });
  assertEquals(await attempt(at("away"), { allowed }), {
    reached: true,
    found: "HTTP answers with status 302",
  });
  assertEquals(await attempt(at("closed"), { allowed }), {
    reached: false,
    found: "HTTP answers with status 401",
  });
  const login = `Basic ${btoa(`me:${SECRET}`)}`;
  assertEquals(heads, [`HEAD /open ${login}`, `HEAD /away ${login}`, `HEAD /closed ${login}`]);
  const refused = await attempt(at("open"));
  assertEquals(refused.reached, false);
  assertStringIncludes(refused.found, "no public address");
  assertEquals(heads.length, 3, "nobody spoke to it");
});

Deno.test("tryConnection() cannot be made to send a head of its own", async () => {
  const seen: string[] = [];
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => {
      seen.push(`${new URL(request.url).pathname} ${request.headers.get("x-evil")}`);
      return new Response();
    },
  );
  const path = encodeURIComponent("a HTTP/1.1\r\nX-Evil: 1\r\n\r\n");
  await attempt(`http://127.0.0.1:${server.addr.port}/${path}`, { allowed: "*" });
  assertEquals(seen, ["/a%20HTTP/1.1%0D%0AX-Evil:%201%0D%0A%0D%0A null"]);
});

Deno.test("tryConnection() logs in to a mail server by STARTTLS", async () => {
  await using server = await mailServer();
  const extra = `?__extra__=${encodeURIComponent(JSON.stringify({ ca: await authority() }))}`;
  const address = (password: string) =>
    `smtp://${user.name}:${encodeURIComponent(password)}@localhost:${server.port}/${extra}`;
  assertEquals(await attempt(address(user.password)), {
    reached: true,
    found: "the mail server lets us in",
  });
  assertEquals((await attempt(address("wrong-word"))).reached, false);
  assertEquals(server.mails, []);
});

Deno.test("tryConnection() asks S3 for a bucket and AWS for our identity", async () => {
  await using moto = await startMoto();
  const extra = new URLSearchParams({ endpoint_url: moto.url, region_name: "us-east-1" });
  const allowed = "127.0.0.1";
  await (await fetch(`${moto.url}/data`, { method: "PUT" })).body?.cancel();
  const s3 = (bucket: string) => `s3://AKIAEXAMPLE:${SECRET}@${bucket}/?${extra}`;
  assertEquals(await attempt(s3("data"), { allowed }), {
    reached: true,
    found: "S3 answers with status 200",
  });
  assertEquals(await attempt(s3("none"), { allowed }), {
    reached: false,
    found: "S3 answers with status 404",
  });
  const aws = await attempt(`aws://AKIAEXAMPLE:${SECRET}@/?${extra}`, { allowed });
  assertEquals(aws, { reached: true, found: "AWS answers with status 200" });
  assertStringIncludes((await attempt(s3("data"))).found, "no public address");
});

Deno.test("tryConnection() gives up on what never answers, for each kind", async () => {
  using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = silent.addr;
  const held: Deno.Conn[] = [];
  const accepting = (async () => {
    for await (const connection of silent) held.push(connection);
  })();
  const aws = new URLSearchParams({ endpoint_url: `http://127.0.0.1:${port}` });
  const uris = [
    `postgres://me:${SECRET}@127.0.0.1:${port}/life`,
    `redis://:${SECRET}@127.0.0.1:${port}`,
    `kafka://127.0.0.1:${port}`,
    `http://127.0.0.1:${port}`,
    `smtp://127.0.0.1:${port}`,
    `s3://AKIAEXAMPLE:${SECRET}@data/?${aws}`,
  ];
  for (const uri of uris) {
    const began = performance.now();
    const tried = await attempt(uri, { allowed: "*", limitMs: 500 });
    assertEquals(tried.reached, false, uri);
    assert(performance.now() - began < 10_000, `${uri} took ${performance.now() - began} ms`);
  }
  silent.close();
  await accepting.catch(() => {});
  for (const connection of held) connection.close();
});

Deno.test("tryConnection() says which kinds it can try", async () => {
  assertStringIncludes(
    (await attempt("mysql://h")).found,
    'Cannot test a connection of kind "mysql": known are',
  );
});

Deno.test("tryConnection() says how a host is allowed that the program may not reach", async () => {
  const script = fromFileUrl(new URL("./narrow_try.ts", import.meta.url));
  const root = fromFileUrl(new URL("..", import.meta.url));
  const hosts = [
    "http://127.0.0.1:9/",
    "smtp://m.example:587",
    "postgres://u:hushhush@d.example/x",
  ];
  const rights = ["--allow-net=127.0.0.1:1", `--allow-read=${root}`, "--allow-env", "--allow-sys"];
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--no-check", "--cached-only", ...rights, script, ...hosts],
    env: { NO_COLOR: "1" },
  }).output();
  const said = new TextDecoder().decode(stdout).trim().split("\n");
  const allow = "; to allow it, name it in AURORA_NET and start again";
  assertEquals(said.map((line) => line.endsWith(allow)), [true, true, true], said.join("\n"));
  for (const [i, host] of ["127.0.0.1:9", "m.example", "d.example"].entries()) {
    assertStringIncludes(said[i]!, host, new TextDecoder().decode(stderr));
  }
});
