import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { asset, define } from "engine";
import { commands } from "../../cli/commands.ts";
import { call, neverOpened } from "./fake.ts";

const root = fromFileUrl(new URL("../../", import.meta.url));

async function run(...args: string[]) {
  const options = { args: ["run", "-A", `${root}cli.ts`, ...args], env: { NO_COLOR: "1" } };
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), options).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

Deno.test("cli --help lists every command and loads no dependency", async () => {
  const { code, out, err } = await run("--help");
  assertEquals([code, err], [0, ""]);
  for (const c of commands) assertStringIncludes(out, `  ${c.name}`);
  const graph = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", `${root}cli.ts`],
  }).output();
  const { modules } = JSON.parse(new TextDecoder().decode(graph.stdout)) as {
    modules: { specifier: string; dependencies?: { code?: unknown; isDynamic?: boolean }[] }[];
  };
  const main = modules.find((m) => m.specifier.endsWith("/cli/main.ts"))!;
  const loaded = main.dependencies!.filter((d) => d.code && !d.isDynamic).length;
  assert(loaded <= 4, `cli/main.ts loads ${loaded} modules at once`);
});

Deno.test("cli without a command shows help and exits with 2", async () => {
  const { code, out, err } = await run();
  assertEquals([code, out], [2, ""]);
  assertStringIncludes(err, "Usage:");
});

Deno.test("cli with an unknown command suggests the nearest and exits with 2", async () => {
  const { code, out, err } = await run("materalize", "x");
  assertEquals([code, out], [2, ""]);
  assertEquals(err, 'Cannot find command "materalize": did you mean "materialize"?\n');
});

const helps = ["trigger --help", "trigger -h", "help trigger", "trigger x --wait --help"];
for (const line of helps) {
  Deno.test(`"${line}" shows help on one command and opens nothing`, async () => {
    const { code, out } = await call(neverOpened, line);
    assertEquals(code, 0);
    assertStringIncludes(out, "Usage: trigger JOB [OPTION…]");
    assertStringIncludes(out, "--partition P|A..B");
  });
}

const wrong: readonly (readonly [string, string])[] = [
  ["list --jsn", 'did you mean "--json"?'],
  ["materialize x --partitions 2025", 'did you mean "--partition"?'],
  ["materialize x --partition", "--partition needs a value, P|A..B"],
  ["materialize a b", 'it is called as "materialize [SELECTION]"'],
  ["trigger", 'it is called as "trigger JOB"'],
  ["runs --limit none", 'Cannot read --limit "none"'],
  ["runs --status sucess", 'Cannot list runs that are "sucess"'],
  ["backfill-cancel 1 --json", "its options are --help"],
  ["retry 99 --all --only x", "--all and --only at once"],
  ["retry --state failed --all", "many runs with --all"],
  ["cancel 99 --job x", "run 99 and by --job at once"],
  ["cancel --job x --step y", "--step of many runs"],
  ["cancel", "say which run"],
];
for (const [line, words] of wrong) {
  Deno.test(`"${line}" is refused with 2 before anything is opened`, async () => {
    const { code, out, err } = await call(neverOpened, line);
    assertEquals([code, out], [2, ""]);
    assertStringIncludes(err, words);
  });
}

Deno.test("a program that cannot be opened is a failure with its causes", async () => {
  const cause = new Error("connection refused");
  const open = () => Promise.reject(new Error("Cannot reach the database", { cause }));
  const { code, err } = await call(open, "list");
  assertEquals(code, 1);
  assertEquals(err, "Cannot reach the database\n  because: connection refused");
});

Deno.test("broken definitions are told all at once, with file and line", async () => {
  const open = () => {
    const one = asset({ name: "twice", materialize: () => 1 });
    const two = asset({ name: "twice", materialize: () => 2 });
    const odd = asset({ name: "Not A Name", materialize: () => 3 });
    define({ one, two, odd });
    return neverOpened();
  };
  const { code, out, err } = await call(async () => await open(), "list");
  assertEquals([code, out], [1, ""]);
  const lines = err.split("\n");
  assertEquals(lines.length, 2);
  assertMatch(lines[0]!, /main_test\.ts:\d+: Cannot define: two assets are named "twice"/);
  assertMatch(lines[1]!, /main_test\.ts:\d+: Cannot define asset "Not A Name"/);
});

Deno.test("a command that is a program hands over its exit code", async () => {
  const { program } = await import("../../cli/commands/program.ts");
  const file = await Deno.makeTempFile({ suffix: ".js" });
  await Deno.writeTextFile(file, "Deno.exit(Number(Deno.args[0]))");
  const called = { words: [file, "7"], text: () => undefined, on: () => false };
  const setting = { called } as unknown as Parameters<ReturnType<typeof program>>[0];
  assertEquals(await program([])(setting), 7);
  await Deno.remove(file);
});
