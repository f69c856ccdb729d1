/** The server, its workers and its steps with the rights that `deno task start` gives them. @module */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { RunView } from "../../engine/mod.ts";
import { rightsOf } from "../../rights.ts";
import { surroundings } from "../../surroundings.ts";
import { ROOT, serve, type Serving, until } from "./program.ts";

/** Not of the program, or far too large to copy. */
const LEFT_OUT = [".git", ".aurora", ".cache", ".native", "project.ts", "tests", "bench"];

/** A copy of the program with the nosy project: no links, since rights are those of the true paths. */
async function copied(folder: string): Promise<string> {
  const root = join(folder, "program");
  const copy = async (from: string, to: string) => {
    await Deno.mkdir(to);
    for await (const { name, isDirectory } of Deno.readDir(from)) {
      if (from === ROOT && LEFT_OUT.includes(name)) continue;
      if (isDirectory) await copy(join(from, name), join(to, name));
      else await Deno.copyFile(join(from, name), join(to, name));
    }
  };
  await copy(ROOT, root);
  await Deno.copyFile(join(ROOT, "tests/e2e/nosy_project.ts"), join(root, "project.ts"));
  return root;
}

/** Lets assets run; gives what became of each: its error, or its state. */
async function outcomes(
  server: Serving,
  assets: readonly string[],
): Promise<Record<string, string>> {
  const { run } = await server.ask<{ run: string }>("/api/v1/runs", { assets });
  const ended = await until(async () => {
    const view = await server.ask<RunView>(`/api/v1/runs/${run}`);
    return ["queued", "running"].includes(view.run.status) ? undefined : view;
  }, { what: () => `the end of ${assets}:\n${server.out()}${server.err()}`, timeoutMs: 120_000 });
  return Object.fromEntries(
    ended.steps.map((step) => [step.asset, step.error?.message ?? step.status]),
  );
}

const text = (answer: string) => () => new Response(answer);
const quiet = { hostname: "127.0.0.1", port: 0, onListen() {} };

Deno.test("code of assets reads, reaches and starts nothing that is not listed; the rest works", async () => {
  const folder = await Deno.makeTempDir({ prefix: "aurora_rights_" });
  await Deno.chmod(folder, 0o755);
  const outside = await Deno.makeTempDir({ prefix: "aurora_outside_", dir: "/var/tmp" });
  let reached = 0;
  const refused = Deno.serve(quiet, () => (reached++, new Response("secret")));
  const allowed = Deno.serve(quiet, text("welcome"));
  try {
    const root = await copied(folder);
    const env = {
      // Nothing is there yet: the database is made, by root as somebody else.
      AURORA_DIRECTORY: join(folder, "data"),
      AURORA_NET: `127.0.0.1:${allowed.addr.port}`,
      NOSY_FILE: join(outside, "planted"),
      NOSY_REFUSED: `http://127.0.0.1:${refused.addr.port}/`,
      NOSY_ALLOWED: `http://127.0.0.1:${allowed.addr.port}/`,
    };
    await using server = await serve({ env, root, isNarrow: true, words: ["--no-schedules"] });
    const about = await server.ask<{ adapters: { postgres: string } }>("/api/v1/about");
    assertEquals(about.adapters.postgres, "embedded");
    const page = await fetch(`${server.url}/assets`);
    assertEquals(page.status, 200);
    const [style] = /\/static\/[^"]+\.css/.exec(await page.text())!;
    const css = await fetch(server.url + style);
    assertEquals([css.status, (await css.text()).length > 1_000], [200, true], "no bundle");

    for (const where of ["", "_apart"]) {
      const names = ["shadow", "write", "elsewhere", "shell", "library", "allowed", "temporary"];
      const became = await outcomes(server, names.map((name) => name + where));
      const said = (name: string) => became[name + where] ?? "";
      assertStringIncludes(said("shadow"), 'Requires read access to "/etc/shadow"');
      assertStringIncludes(said("write"), "Requires write access");
      assertStringIncludes(said("elsewhere"), `Requires net access to "127.0.0.1:`);
      assertStringIncludes(said("elsewhere"), "name it in AURORA_NET and start again");
      assertStringIncludes(said("shell"), 'Requires run access to "sh"');
      assertStringIncludes(said("library"), "Requires ffi access");
      assertEquals([said("allowed"), said("temporary")], ["success", "success"], where);
    }
    assertEquals(reached, 0);
    assertEquals([...Deno.readDirSync(outside)], []);

    const held = await outcomes(server, ["greedy", "endless"]);
    assertStringIncludes(held["greedy"]!, "of memory and was killed");
    assertStringIncludes(held["endless"]!, "took longer than its timeout");
    await until(
      () => server.descendants().every((pid) => !isBusy(pid)),
      { what: "the end of the steps that were killed" },
    );
    server.signal("SIGTERM");
    assertEquals((await server.ended).code, 0, server.err());
    assertEquals(server.descendants(), []);
  } finally {
    await refused.shutdown();
    await allowed.shutdown();
    await Deno.remove(folder, { recursive: true });
    await Deno.remove(outside, { recursive: true });
  }
});

/** Whether a process is one of a step that goes on for ever or takes all memory. */
function isBusy(pid: number): boolean {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    const state = stat.slice(stat.lastIndexOf(")") + 2)[0];
    return state === "R" && Deno.readTextFileSync(`/proc/${pid}/cmdline`).includes("step_process");
  } catch {
    return false;
  }
}

Deno.test("the launcher refuses to start what it knows no rights for", async () => {
  const { run } = await import("./program.ts");
  const { code, err } = await run(["start.ts", "cli.ts"]);
  assertEquals(code, 1);
  assert(err.includes(`Cannot start "cli.ts": it is neither server.ts nor worker.ts`), err);
});

Deno.test("what stands in the environment is reached by its name, whichever driver does it", async () => {
  let calls = 0;
  const hook = Deno.serve(quiet, () => (calls++, new Response("ok")));
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let connections = 0;
  const accepting = (async () => {
    for await (const connection of listener) {
      connections++;
      connection.close();
    }
  })();
  const at = `localhost:${listener.addr.port}`;
  const env = {
    AURORA_SMTP_URL: `smtp://${at}`,
    AURORA_WEBHOOK_URL: `http://localhost:${hook.addr.port}/x`,
    DATABASE_URL: `postgres://a:p@${at}/x`,
    REDIS_URL: `redis://${at}`,
    KAFKA_BROKERS: at,
    LD_LIBRARY_PATH: "",
    NO_COLOR: "1",
  };
  const script = join(ROOT, "tests/e2e/named_hosts.ts");
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", ...rightsOf("server", surroundings(env)), "--cached-only", script],
    env,
  }).output();
  listener.close();
  await accepting;
  await hook.shutdown();
  const text = new TextDecoder();
  const lines = text.decode(stdout).trim().split("\n").map((line) => JSON.parse(line));
  const said = Object.fromEntries(lines) as Record<string, string>;
  assertEquals(said["webhook"], "done", text.decode(stderr));
  assertStringIncludes(said["refused"]!, "which is no public address");
  assertEquals(calls, 1);
  assertEquals(Object.keys(said).length, 7, text.decode(stderr));
  // Nobody speaks their language there, but none of them was kept from connecting.
  assert(!/NotCapable|Requires|EPERM/.test(text.decode(stdout)), text.decode(stdout));
  assert(connections >= 5, `${connections} connections: ${text.decode(stdout)}`);
});
