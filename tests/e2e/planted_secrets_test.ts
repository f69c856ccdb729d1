/** Secrets are planted everywhere, said by code in every way, and found nowhere. @module */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createToken } from "../../adapters/postgres/access/tokens.ts";
import type { Sql } from "../../adapters/postgres/connect.ts";
import { NEEDS } from "../../api/mod.ts";
import { leaksIn, PLANTED } from "./planted/secrets.ts";
import { plantedWorld, type World } from "./planted/world.ts";
import { run as runCli, serve, type Serving, until } from "./program.ts";

const ASSETS = [
  "leaky_variables",
  "leaky_process",
  "fine",
  "leaky_in_environment",
  "leaky_in_file",
  "leaky_in_database",
  "dying_in_database",
  "dying_in_aws",
  "killing_in_database",
  "leaky_in_aws",
];

/** All rows of all tables as text, bytes as hexadecimal digits. */
async function dumped(sql: Sql): Promise<string> {
  const tables = await sql<{ name: string }[]>`
    select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and not c.relispartition and n.nspname !~ '^(pg_|information_schema)'`;
  const texts: string[] = [];
  for (const { name } of tables) {
    const rows = await sql.unsafe<{ t: string }[]>(`select t::text as t from ${name} t`);
    texts.push(`${name}: ${rows.map((r) => r.t).join("\n")}`);
  }
  return texts.join("\n");
}

interface Asker {
  get(path: string): Promise<{ readonly status: number; readonly text: string }>;
  post(path: string, body: string): Promise<{ readonly status: number; readonly text: string }>;
}

function asker(url: string, headers: Record<string, string>): Asker {
  const ask = async (path: string, init: RequestInit) => {
    const answer = await fetch(url + path, {
      ...init,
      redirect: "manual",
      headers: { ...headers, "content-type": "application/json" },
    });
    return { status: answer.status, text: await answer.text() };
  };
  return {
    get: (path) => ask(path, {}),
    post: (path, body) => ask(path, { method: "POST", body }),
  };
}

/** Makes the first account and signs in; gives the cookies. */
async function signedIn(server: Serving): Promise<string> {
  const [, token] = await server.said(/\/welcome#([\w-]{43})/);
  const { post } = asker(server.url, {});
  const password = PLANTED["a password of a person"];
  const account = { email: "ada@example.org", name: "Ada", password };
  const made = await post("/api/v1/access/welcome", JSON.stringify({ ...account, token }));
  assertEquals(made.status, 201, made.text);
  const answer = await fetch(`${server.url}/api/auth/sign-in/email`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: account.email, password }),
  });
  assertEquals(answer.status, 200, await answer.text());
  return answer.headers.getSetCookie().map((cookie) => cookie.split(";")[0]).join("; ");
}

/** Everything that can be read, with every name and run in the place of what a route names. */
async function answers({ get }: Asker, runs: readonly string[]): Promise<Record<string, string>> {
  const routes = Object.keys(NEEDS).filter((route) => route.startsWith("GET "))
    .map((route) => route.slice(4))
    .filter((path) => !/^\/(events$|static|api\/auth|runbook$)/.test(path));
  const paths = routes.flatMap((path) => {
    if (/:name/.test(path)) return ASSETS.map((name) => path.replace(/:name(\{.*\})?/, name));
    return /:id/.test(path) ? runs.map((run) => path.replace(":id", run)) : [path];
  });
  const texts: Record<string, string> = {};
  for (const path of paths) {
    const { status, text } = await get(path);
    assert([200, 301, 302, 404].includes(status), `${path}: ${status} ${text}`);
    assert(status === 200 || !/runs\//.test(path), `${path}: ${status}`);
    texts[path] = text;
  }
  return texts;
}

/** Runs every asset to its end, and waits until everybody has been told. */
async function ran(world: World, { get, post }: Asker, said: () => string): Promise<string[]> {
  const start = async (asset: string) => {
    const started = await post("/api/v1/runs", JSON.stringify({ assets: [asset] }));
    assertEquals(started.status, 202, started.text);
    return JSON.parse(started.text).run as string;
  };
  const [first, ...others] = ASSETS;
  // Alone, so that it is told in words of its own: many at once are one notice.
  const runs = [await start(first!)];
  await until(() => world.mails().includes(first!), { what: () => `a mail\n${said()}` });
  for (const asset of others) runs.push(await start(asset));
  for (const run of runs) {
    await until(
      async () => JSON.parse((await get(`/api/v1/runs/${run}`)).text).run.endedAt !== null,
      { what: () => `the end of run ${run}\n${said()}`, timeoutMs: 90_000 },
    );
  }
  const told = (bodies: readonly string[], word: string) => bodies.some((b) => b.includes(word));
  await until(() => world.mails().includes("leaky_in_aws"), { what: () => `a mail\n${said()}` });
  await until(() => told(world.hook.bodies, "leaky_in_aws"), { what: "a webhook" });
  await until(() => told(world.lineage.bodies, "leaky_in_aws"), { what: "lineage" });
  await until(() => told(world.collector.bodies, "step leaky_in_aws"), { what: "a trace" });
  await until(async () => (await get("/api/v1/sensors")).text.includes("Cannot look"), {
    what: "the sensor to fail",
  });
  return runs;
}

/** Deeds whose answers or lines of the log might quote what they were given. */
async function provoked({ post }: Asker): Promise<Record<string, string>> {
  const word = PLANTED["the connection of the database"];
  const bodies: readonly (readonly [path: string, body: string])[] = [
    ["/api/v1/connections/in_database/test", "{}"],
    ["/api/v1/connections/in_file/test", "{}"],
    ["/api/v1/connections/x", `{"kind": "http", "password": "${word}`],
    ["/api/v1/connections/x", JSON.stringify({ kind: "a b", password: word })],
    ["/api/v1/connections/x", JSON.stringify({ kind: "http", password: [word] })],
    ["/api/v1/connections/x", JSON.stringify({ kind: "postgres", password: word, extra: word })],
    ["/api/auth/sign-in/social", JSON.stringify({ provider: "sso", callbackURL: "/" })],
  ];
  const texts: Record<string, string> = {};
  for (const [i, [path, body]] of bodies.entries()) {
    texts[`${i} POST ${path}`] = (await post(path, body)).text;
  }
  return texts;
}

/** What commands print, those too that run code of the project. */
async function commands(world: World, run: string): Promise<Record<string, string>> {
  const texts: Record<string, string> = {};
  const lines = [
    "test-asset leaky_in_database",
    "test-asset leaky_variables",
    "sense sensing",
    `logs ${run}`,
    `run ${run}`,
    "connections",
    "connections test in_database",
    "alerts",
    "doctor",
  ];
  for (const line of lines) {
    const { out, err } = await runCli(["cli.ts", ...line.split(" ")], world);
    assert(out + err !== "", line);
    texts[`task ${line}`] = out + err;
  }
  return texts;
}

Deno.test({
  name: "planted secrets are in no log, page, answer, metric, mail, event, trace, table or output",
  // Drivers of Kafka and mail leave timers behind for a moment.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using world = await plantedWorld();
    const env = { ...world.env, AURORA_LOG: "json" };
    await using server = await serve({ env, root: world.root, words: ["--auth"] });
    const said = () => server.out() + server.err();
    const cookie = await signedIn(server);
    const { token } = await createToken(world.sql, {
      name: "planted",
      role: "admin",
      days: 1,
      by: "test",
    });
    const machine = asker(server.url, { authorization: `Bearer ${token}` });
    const person = asker(server.url, { cookie });
    const runs = await ran(world, machine, said);
    const texts = {
      ...await provoked(machine),
      ...await answers(machine, runs),
      ...await commands(world, runs[0]!),
      "a page of the person": (await person.get("/connections")).text,
      "what the server and its workers printed": said(),
      "the database": await dumped(world.sql),
      "topics": await world.events(),
      "mails": world.mails(),
      "the webhook": world.hook.bodies.join("\n"),
      "lineage": world.lineage.bodies.join("\n"),
      "traces, metrics and logs of OpenTelemetry": world.collector.bodies.join("\n"),
    };
    // Where the secrets were said, something stands in their place.
    assertStringIncludes(texts["the database"], "got ***");
    assertStringIncludes(texts["the database"], "CRM_API_TOKEN=***");
    const { "what the server and its workers printed": printed } = texts;
    assertStringIncludes(printed, "uncaught in the worker with ***");
    assertStringIncludes(printed, "wrote ***");
    assertStringIncludes(texts["mails"], "CRM_API_TOKEN=***");
    assertStringIncludes(texts["topics"], "planted.alerts");
    const secrets = {
      ...PLANTED,
      "the token": token.slice(-43),
      "the signature of the session": decodeURIComponent(cookie).split(".").at(-1)!.split(";")[0]!,
    };
    assertEquals(leaksIn(texts, secrets), []);
  },
});
