// deno-lint-ignore-file no-console
/** `deno task objects:gc [--dry-run]`: removes artefacts that nothing refers to, or says what would go. @module */
import { parseArgs } from "@std/cli";
import { type Collected, milliseconds } from "engine";
import { openObjects } from "../adapters/objects/setting.ts";
import { collect } from "../collect.ts";
import { compose } from "../compose.ts";

const USAGE = `Usage: deno task objects:gc [--dry-run] [--grace 7d] [--json]
Removes artefacts that nothing in the database refers to.
  --dry-run    says what would go and changes nothing
  --grace 7d   what is younger stays; longer than the longest step, at least 1h`;
const LEAST_GRACE_MS = 3_600_000;

/** What was collected, as a sentence. */
export function told(c: Collected, dryRun: boolean): string {
  const size = `${(c.bytes / 2 ** 20).toFixed(1)} MB`;
  return `${c.artefacts} artefacts: ${c.referenced} referred to, ${c.young} young, ` +
    `${c.removed} ${dryRun ? "would be removed" : "removed"} (${size})` +
    (c.swept > 0 ? `; ${c.swept} rests of interrupted writers removed` : "");
}

/** @throws {SyntaxError} If it is no time of at least an hour. */
export function graceOf(text: string): number {
  const ms = /^\d+[smhd]$/.test(text) ? milliseconds(text as "7d") : NaN;
  if (ms >= LEAST_GRACE_MS) return ms;
  throw new SyntaxError(
    `Cannot read --grace: "${text}" is not like "7d" or "36h", at least "1h"`,
  );
}

if (import.meta.main) {
  const known = { boolean: ["dry-run", "json", "help"], string: ["grace"] };
  const args = parseArgs(Deno.args, known);
  const names = ["_", ...known.boolean, ...known.string];
  const unknown = Object.keys(args).find((k) => !names.includes(k));
  if (args["help"] || unknown !== undefined || args._.length > 0) {
    console.error(USAGE);
    Deno.exit(args["help"] ? 0 : 2);
  }
  try {
    const graceMs = graceOf(String(args["grace"] ?? "7d"));
    await using app = await compose({
      directory: Deno.env.get("AURORA_DIRECTORY") ?? ".aurora",
      role: "cli",
    });
    const dryRun = args["dry-run"] === true;
    const collected = await collect({
      sql: app.sql,
      objects: await openObjects((name) => app.env(name)),
      graceMs,
      dryRun,
    });
    console.log(args["json"] ? JSON.stringify({ dryRun, ...collected }) : told(collected, dryRun));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
  Deno.exit(0);
}
