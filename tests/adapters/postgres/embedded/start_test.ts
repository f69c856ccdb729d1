import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { dirname, fromFileUrl, join } from "@std/path";
import postgres from "postgres";
import { open } from "../../../../adapters/postgres/connect.ts";
import { EmbeddedError } from "../../../../adapters/postgres/embedded/fault.ts";
import { serves } from "../../../../adapters/postgres/embedded/postmaster.ts";
import {
  type Embedded,
  type EmbeddedOptions,
  startEmbedded,
} from "../../../../adapters/postgres/embedded/start.ts";
import { until } from "../../../e2e/program.ts";
import { DIRECTORY } from "../../../services/postgres.ts";

const RUNTIMES = join(DIRECTORY, "runtime");
const CHILD = fromFileUrl(new URL("./child.ts", import.meta.url));

/** A directory of its own, in which no server is left. */
async function playground(parent?: string): Promise<AsyncDisposable & EmbeddedOptions> {
  const root = await Deno.makeTempDir(parent === undefined ? {} : { dir: parent });
  await Deno.chmod(root, 0o755);
  const directory = join(root, "a");
  return {
    directory,
    runtimes: RUNTIMES,
    [Symbol.asyncDispose]: async () => {
      const left = await startEmbedded({ directory, runtimes: RUNTIMES }).catch(() => undefined);
      await left?.stop();
      await Deno.remove(root, { recursive: true });
    },
  };
}

/** Starts the child program on it, gives what it says. */
async function child(options: EmbeddedOptions): Promise<{
  readonly process: Deno.ChildProcess;
  readonly said: { readonly pid: number; readonly url: string; readonly adopted: boolean };
}> {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", CHILD, options.directory, options.runtimes ?? ""],
    stdout: "piped",
  }).spawn();
  let text = "";
  for await (const piece of process.stdout.pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (text.includes("\n")) break;
  }
  return { process, said: JSON.parse(text) };
}

async function ask<T>(server: { readonly url: string }, text: string): Promise<T | undefined> {
  const sql = await open(server.url, { max: 1 });
  try {
    const [row] = await sql.unsafe<{ value: T }[]>(text);
    return row?.value;
  } finally {
    await sql.end();
  }
}

Deno.test("startEmbedded() starts PostgreSQL 18 with our settings, on socket and loopback only", async () => {
  await using place = await playground();
  await using server = await startEmbedded(place);
  assertEquals(server.adopted, false);
  const settings = await ask<string>(
    server,
    `select string_agg(current_setting(name), ' ' order by name) as value from unnest(array[
      'fsync', 'jit', 'max_connections', 'listen_addresses', 'timezone', 'server_encoding']) name`,
  );
  assertEquals(settings, "on off 127.0.0.1 100 UTF8 UTC");
  const locale = `select datlocprovider::text || ' ' || datlocale as value from pg_database
    where datname = current_database()`;
  assertEquals(await ask<string>(server, locale), "b C.UTF-8");
  assert((await Deno.stat(join(server.socket, `.s.PGSQL.${server.port}`))).isSocket);
  assertStringIncludes(await Deno.readTextFile(join(place.directory, "postgres.log")), "ready");
  assertEquals(
    ((await Deno.stat(join(place.directory, "postgres.json"))).mode ?? 0) & 0o777,
    0o600,
  );
});

Deno.test("startEmbedded() asks for the password, by socket too", async () => {
  await using place = await playground();
  await using server = await startEmbedded(place);
  const wrong = new URL(server.url);
  wrong.password = "guess";
  await assertRejects(() => open(wrong.href), Error, "wrong password");
  const path = join(server.socket, `.s.PGSQL.${server.port}`);
  const login = { path, username: "aurora", database: "aurora", max: 1 };
  const right = postgres({ ...login, password: new URL(server.url).password });
  assertEquals((await right`select 1`).length, 1);
  await right.end();
  const guess = postgres({ ...login, password: "guess" });
  await assertRejects(async () => await guess`select 1`, Error, "password authentication failed");
  await guess.end();
});

Deno.test("startEmbedded() keeps data and port over a restart", async () => {
  await using place = await playground();
  const first = await startEmbedded(place);
  await ask(first, "create table kept as select 7 as value");
  await first.stop();
  assertEquals(await serves(first.pid, join(place.directory, "postgres/data")), false);
  await using second = await startEmbedded(place);
  assertEquals([second.port, second.adopted], [first.port, false]);
  assertEquals(await ask<number>(second, "select value from kept"), 7);
});

Deno.test("startEmbedded() finds its data again after the directory was moved", async () => {
  await using place = await playground();
  const before = join(dirname(place.directory), "before");
  const first = await startEmbedded({ ...place, directory: before });
  await ask(first, "create table kept as select 7 as value");
  await first.stop();
  await Deno.rename(before, place.directory);
  await using second = await startEmbedded(place);
  assertEquals(await ask<number>(second, "select value from kept"), 7);
});

Deno.test("startEmbedded() takes another port if someone else has the old one", async () => {
  await using place = await playground();
  const first = await startEmbedded(place);
  await first.stop();
  using _squatter = Deno.listen({ hostname: "127.0.0.1", port: first.port });
  await using second = await startEmbedded(place);
  assert(second.port !== first.port);
  const error = await assertRejects(
    async () => {
      await using other = await playground();
      await startEmbedded({ ...other, port: first.port });
    },
    EmbeddedError,
    `port ${first.port} is taken by another program`,
  );
  assertEquals(error.kind, "port-taken");
});

Deno.test("startEmbedded() called many times at once ends with one server; the last user ends it", async () => {
  await using place = await playground();
  const servers: Embedded[] = await Promise.all([1, 2, 3, 4].map(() => startEmbedded(place)));
  assertEquals(new Set(servers.map((each) => each.pid)).size, 1);
  assertEquals(servers.filter((each) => !each.adopted).length, 1);
  const [first, ...rest] = servers;
  await Promise.all(rest.map((each) => each.stop()));
  assert(first !== undefined);
  assertEquals(await ask<number>(first, "select 1 as value"), 1);
  await first.stop();
  assertEquals(await serves(first.pid, join(place.directory, "postgres/data")), false);
});

Deno.test("startEmbedded() adopts the server of a program that was killed -9", async () => {
  await using place = await playground();
  const { process, said } = await child(place);
  await ask(said, "create table kept as select 7 as value");
  process.kill("SIGKILL");
  await process.status;
  await using server = await startEmbedded(place);
  assertEquals([server.adopted, server.pid, server.url], [true, said.pid, said.url]);
  assertEquals(await ask<number>(server, "select value from kept"), 7);
});

Deno.test("startEmbedded() recovers after the postmaster was killed -9, nothing committed is lost", async () => {
  await using place = await playground();
  const first = await startEmbedded(place);
  const sql = await open(first.url, { max: 2 });
  await sql`create table kept (id int)`;
  let committed = 0;
  const writing = (async () => {
    for (;;) {
      await sql`insert into kept values (${committed + 1})`;
      committed++;
    }
  })().catch(() => {});
  await new Promise((done) => setTimeout(done, 200));
  Deno.kill(first.pid, "SIGKILL");
  // A busy machine delivers it some milliseconds later.
  await until(async () => !await serves(first.pid, join(place.directory, "postgres/data")), {
    what: "the postmaster to end",
  });
  const second = await startEmbedded(place);
  await sql.end({ timeout: 0 });
  await writing;
  assertEquals(second.adopted, false);
  const max = await ask<number>(second, "select max(id) as value from kept");
  assert(committed > 0 && (max ?? 0) >= committed, `${committed} committed, ${max} found`);
  first.leave();
  await second.stop();
});

Deno.test("startEmbedded() starts though the old process number belongs to a stranger now", async () => {
  await using place = await playground();
  const first = await startEmbedded(place);
  const file = join(place.directory, "postgres/data/postmaster.pid");
  const text = await Deno.readTextFile(file);
  await first.stop();
  // A stranger that PostgreSQL takes for a postmaster: it is alive and neither its parent nor itself.
  const stranger = new Deno.Command("sleep", { args: ["60"] }).spawn();
  await Deno.writeTextFile(file, text.replace(/^\d+/, String(stranger.pid)));
  try {
    await using second = await startEmbedded(place);
    assertEquals(second.adopted, false);
  } finally {
    stranger.kill("SIGKILL");
    await stranger.status;
  }
});

Deno.test("a program stops its server at SIGTERM", async () => {
  await using place = await playground();
  const { process, said } = await child(place);
  process.kill("SIGTERM");
  assertEquals((await process.status).code, 0);
  assertEquals(await serves(said.pid, join(place.directory, "postgres/data")), false);
});

Deno.test("startEmbedded() finds a short place for the socket when the path is too long", async () => {
  const root = await Deno.makeTempDir();
  const deep = join(root, "x".repeat(60), "y".repeat(60));
  await Deno.mkdir(deep, { recursive: true });
  await Deno.chmod(root, 0o755);
  {
    await using place = await playground(deep);
    const server = await startEmbedded(place);
    assert(server.socket.length < 60, server.socket);
    assert((await Deno.stat(join(server.socket, `.s.PGSQL.${server.port}`))).isSocket);
    await server.stop();
    await assertRejects(() => Deno.stat(server.socket), Deno.errors.NotFound);
  }
  await Deno.remove(root, { recursive: true });
});

Deno.test("startEmbedded() refuses the data of another major version", async () => {
  await using place = await playground();
  await startEmbedded(place).then((server) => server.stop());
  const file = join(place.directory, "postgres/data/PG_VERSION");
  await Deno.writeTextFile(file, "17\n");
  const error = await assertRejects(() => startEmbedded(place), EmbeddedError);
  assertEquals(error.kind, "version");
  assertStringIncludes(error.message, "was made by PostgreSQL 17");
  await Deno.writeTextFile(file, "18\n");
});

Deno.test("startEmbedded() says so when the directory cannot be made", async () => {
  const file = await Deno.makeTempFile();
  const directory = join(file, "inside");
  const error = await assertRejects(() => startEmbedded({ directory }), EmbeddedError);
  assertEquals(error.kind, "not-writable");
  assertStringIncludes(error.message, `Cannot use "${directory}" for PostgreSQL`);
  await Deno.remove(file);
});
