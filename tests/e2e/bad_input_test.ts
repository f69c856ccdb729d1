import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { dirname, join } from "@std/path";
import { testServer } from "../services/postgres.ts";
import { freePort } from "../services/service.ts";
import { demoDatabase, folder } from "./demo.ts";
import { type Ended, ROOT, run } from "./program.ts";

/** Asserts a refusal: this code, this text, and no stack that only its authors can read. */
function assertRefused({ code, out, err }: Ended, expected: number, ...texts: string[]): void {
  assertEquals(code, expected, out + err);
  for (const text of texts) assertStringIncludes(out + err, text);
  assert(!/^\s+at .*\.ts:\d+:\d+\)?$/m.test(out + err), out + err);
}

Deno.test("a name or a slice that is not there is refused in words", async (t) => {
  await using db = await demoDatabase();
  const { env } = db;
  const cases: readonly (readonly [words: string[], texts: string[]])[] = [
    [["materialize", "feature/actvity", "--wait"], ['"features/activity"?']],
    [["trigger", "ml_trainin_pipeline"], ['"ml_training_pipeline"?']],
    [["test-asset", "models/enery"], ['"models/energy"?']],
    [["materialize", "features/activity", "--partition", "2025-13-01T06"], ['"2025-13-01T06"']],
    [["materialize", "features/activity", "--partition", "2025-01-27T07"], ['"2025-01-27T06"']],
    [["trigger", "prediction_pipeline", "--partition", "2150-01-01"], ["has not ended"]],
    [["backfill", "features/activity", "2025-01-28..2025-01-27"], ["2025-01-2"]],
    [["run", "123456789"], ["123456789"]],
    [["materialise"], ['"materialize"?']],
    [["list", "--jsn"], ["--jsn"]],
  ];
  const runs = async () => (await db.sql`select 1 from engine.run`).length;
  const before = await runs();
  for (const [words, texts] of cases) {
    await t.step(words.join(" "), async () => {
      assertRefused(await run(["cli.ts", ...words], { env }), 2, "Cannot", ...texts);
    });
  }
  assertEquals(await runs(), before);
});

Deno.test("an address of no database is refused in words, without the password", async (t) => {
  const right = await testServer();
  const other = (change: (url: URL) => void) => {
    const url = new URL(right);
    change(url);
    return url.href;
  };
  const password = other((url) => url.password = "Unter-uns-42");
  const cases: readonly (readonly [url: string, text: string])[] = [
    ["hello", "postgres://user:password@host:5432/name"],
    ["mysql://root@127.0.0.1/aurora", '"mysql:"'],
    [other((url) => url.hostname = "no-such-host.invalid"), '"no-such-host.invalid"'],
    [other((url) => url.port = String(freePort())), "nothing listens"],
    [other((url) => url.pathname = "/atlantis"), '"atlantis"'],
    [password, "wrong password"],
  ];
  for (const [url, text] of cases) {
    const env = { DATABASE_URL: url };
    await t.step(text, async () => {
      for (const words of [["server.ts", "--port", "0"], ["worker.ts"], ["cli.ts", "list"]]) {
        const ended = await run(words, { env });
        assertRefused(ended, 1, "Cannot", text);
        assert(!(ended.out + ended.err).includes("Unter-uns-42"));
      }
      const doctor = await run(["cli.ts", "doctor"], { env });
      assertRefused(doctor, 1, text);
    });
  }
});

Deno.test("a taken port and other nonsense are refused before anything starts", async () => {
  await using here = await folder();
  const { env } = here;
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  const words = ["server.ts", "--port", String(port)];
  assertRefused(await run(words, { env }), 1, `port ${port}`, "AURORA_PORT");
  const byName = { ...env, AURORA_PORT: String(port) };
  assertRefused(await run(["server.ts"], { env: byName }), 1, `port ${port}`);
  assertRefused(await run(["tasks/demo.ts"], { env: byName }), 1, `port ${port}`);
  const open = ["server.ts", "--port", "0", "--host", "0.0.0.0", "--no-auth"];
  assertRefused(await run(open, { env }), 1, "access control", "127.0.0.1");
  assertRefused(await run(["server.ts", "--port", "eighty"], { env }), 1, '"eighty"');
  assertRefused(await run(["tasks/demo.ts", "--users", "many"], { env }), 1, '"many"');
  assertEquals([...Deno.readDirSync(here.path)], []);
});

Deno.test("port 8081 is the default, and told when it is taken", async () => {
  await using here = await folder();
  // If another program has it already, that is as good.
  using _taken = listening(8081);
  const env = { ...here.env, AURORA_PORT: "8081" };
  assertRefused(await run(["server.ts"], { env }), 1, "port 8081", "--port");
});

function listening(port: number): Disposable {
  try {
    return Deno.listen({ hostname: "127.0.0.1", port });
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    return { [Symbol.dispose]: () => {} };
  }
}

Deno.test("what source tables lack is told at once, wherever one works", async () => {
  await using db = await demoDatabase();
  const { env } = db;
  await db.sql`alter table aurora_life.users drop column timezone`;
  await db.sql`alter table aurora_life.integrations rename to connectors`;
  await db.sql`alter table aurora_life.achievements alter column required_level type text`;
  const wrong = [
    "3 mismatches",
    "aurora_life.users.timezone: expected text, found missing",
    "aurora_life.integrations: expected a table, found missing",
    "aurora_life.achievements.required_level: expected integer, found text",
  ];
  assertRefused(await run(["server.ts", "--port", "0"], { env }), 1, ...wrong);
  assertRefused(await run(["worker.ts"], { env }), 1, ...wrong);
  assertRefused(await run(["cli.ts", "doctor"], { env }), 1, ...wrong);
  const words = ["cli.ts", "test-asset", "features/activity"];
  assertRefused(await run(words, { env }), 1, ...wrong);
});

/** A checkout with only what programs need, to break. */
async function checkout(path: string): Promise<string> {
  const git = new Deno.Command("git", {
    args: [
      "ls-files",
      "-zco",
      "--exclude-standard",
      "*.ts",
      "*.tsx",
      "*.json",
      "*.sql",
      "*.js",
      "deno.lock",
      ":!tests",
      ":!docs",
    ],
    cwd: ROOT,
  });
  const names = new TextDecoder().decode((await git.output()).stdout).split("\0").filter(Boolean);
  const root = join(path, "checkout");
  for (const name of names) {
    await Deno.mkdir(dirname(join(root, name)), { recursive: true });
    await Deno.copyFile(join(ROOT, name), join(root, name)).catch(ignoreGone);
  }
  return root;
}

/** A file of the index that somebody has just removed. */
function ignoreGone(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

Deno.test("broken definitions: all errors at once, with file and line", async (t) => {
  await using db = await demoDatabase();
  await using here = await folder();
  const root = await checkout(here.path);
  const list = () => run(["cli.ts", "list"], { env: db.env, root });
  const file = (name: string) => join(root, name);
  const edit = async (name: string, from: string | RegExp, to: string) => {
    const text = await Deno.readTextFile(file(name));
    assertMatch(text, new RegExp(from));
    await Deno.writeTextFile(file(name), text.replace(from, to));
    return async () => await Deno.writeTextFile(file(name), text);
  };
  assertEquals((await list()).code, 0);

  await t.step("syntax, in two files", async () => {
    const undo = [
      await edit("assets/features/activity.ts", "export const activity = ", "export const = "),
      await edit("sensors/jobs.ts", /job\(\{/, "job({{"),
    ];
    const { code, err } = await list();
    assertEquals(code, 1, err);
    assertStringIncludes(err, 'Cannot load the definitions of "project.ts"');
    assertMatch(err, /assets\/features\/activity\.ts:\d+:\d+/);
    assertMatch(err, /sensors\/jobs\.ts:\d+:\d+/);
    for (const one of undo) await one();
  });

  await t.step("an import that is not there, and types", async () => {
    const undo = [
      await edit("assets/features/sleep.ts", "export const sleep = ", "export const slept = "),
      await edit("assets/features/social.ts", /freshness\(\{.*?\}\)/, "freshness({ within: 8 })"),
    ];
    const { code, err } = await list();
    assertEquals(code, 1, err);
    assertMatch(err, /has no exported member[^]*sensors\/jobs\.ts:\d+:\d+/);
    assertMatch(err, /assets\/features\/social\.ts:\d+:\d+/);
    for (const one of undo) await one();
  });

  await t.step("names and upstreams that contradict each other", async () => {
    const undo = [
      await edit("assets/features/sleep.ts", '"features/sleep"', '"features/activity"'),
      await edit("assets/quality/report.ts", '"quality/report"', '"Quality Report"'),
      await edit("project.ts", /^ {2}extract,\n/m, ""),
    ];
    const { code, err } = await list();
    assertEquals(code, 1, err);
    assertMatch(err, /assets\/features\/\w+\.ts:\d+: .*two assets are named "features\/activity"/);
    assertMatch(err, /assets\/quality\/report\.ts:\d+: .*"Quality Report"/);
    assertMatch(err, /assets\/training\/\w+\.ts:\d+: .*"training\/extract_training_data" is/);
    for (const one of undo) await one();
  });
});
