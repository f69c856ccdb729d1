/**
 * `code`: what of the code decides whether an asset is stale.
 *
 * @module
 */
import { resolve } from "@std/path";
import type { CodePrint, Warning } from "../../fingerprint/mod.ts";
import { EXIT, type Run, type Setting } from "../command.ts";
import { paint } from "../io.ts";
import { table } from "../table.ts";
import { many } from "../words.ts";
import { json } from "../with_app.ts";

/** Shows the fingerprint of one asset with what it is made of, or those of all. Needs no database. */
export const code: Run = async ({ called, io }) => {
  const { loadProject } = await import("../../load_project.ts");
  const { readCode } = await import("../../code.ts");
  const project = await loadProject();
  const directory = Deno.env.get("AURORA_DIRECTORY") ?? ".aurora";
  const all = await readCode(project, resolve(directory));
  const [name] = called.words;
  const assets = name === undefined ? project.assets : [project.asset(name)];
  const found = assets.map((a) => ({ name: a.name, print: all.of(a.name) }));
  const warnings = name === undefined ? all.warnings() : found[0]!.print?.warnings() ?? [];
  if (called.on("json")) {
    io.out(json(found.map(({ name, print }) => ({
      asset: name,
      code: print?.code ?? null,
      closure: print?.closure() ?? [],
      warnings: print?.warnings() ?? [],
    }))));
  } else if (name !== undefined) one(io, found[0]!);
  else {
    const rows = found.map((f) => [f.name, f.print?.code ?? "text of the function", sizeOf(f)]);
    table(io, ["ASSET", "CODE", "MADE OF"], rows).forEach((line) => io.out(line));
  }
  if (!called.on("json")) warn(io, warnings);
  return called.on("strict") && warnings.length > 0 ? EXIT.failure : EXIT.ok;
};

interface Found {
  readonly name: string;
  readonly print: CodePrint | undefined;
}

const sizeOf = ({ print }: Found) => print ? many(print.closure().length, "piece") : "";

function one(io: Setting["io"], { name, print }: Found): void {
  if (!print) {
    io.out(`${name}: its declaration was not found, so only the text of its function counts`);
    return;
  }
  io.out(`${name} ${print.code}, declared as ${print.declared}`);
  const rows = print.closure().map(({ id, hash }) => [id, hash]);
  table(io, ["MADE OF", "HASH"], rows).forEach((line) => io.out(line));
}

function warn(io: Setting["io"], warnings: readonly Warning[]): void {
  for (const { at, what } of warnings) io.err(`${paint(io, "yellow", at)} ${what}`);
}
