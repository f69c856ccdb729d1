// deno-lint-ignore-file no-console
/** `deno task db:clean [--dry-run]`: removes what is over, or says what would go. @module */
import { parseArgs } from "@std/cli";
import { clean } from "../adapters/postgres/keep/clean.ts";
import type { Gone } from "../adapters/postgres/keep/gone.ts";
import { sweep } from "../adapters/postgres/ledger/sweep.ts";
import { table } from "../cli/table.ts";
import { compose } from "../compose.ts";
import { readersOf, rulesOf, tablesOf } from "../housekeeping.ts";

/** What went, or would go, as lines of text. */
export function told(gone: readonly Gone[], columns = 10_000): readonly string[] {
  const rows = gone.map((g) => [
    g.kind,
    String(g.rows),
    sizeText(g.bytes),
    day(g.oldest),
    day(g.newest),
  ]);
  const head = ["KIND", "ROWS", "SIZE", "OLDEST", "NEWEST"];
  const kept = gone.map((g) => g.kept).filter((k) => k !== null);
  return [...table({ color: false, columns }, head, rows), ...kept];
}

const day = (at: Date | null) => at?.toISOString().slice(0, 10) ?? "-";

function sizeText(bytes: number): string {
  if (bytes === 0) return "-";
  const power = Math.min(3, Math.floor(Math.log(bytes) / Math.log(1024)));
  return `${(bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${
    ["B", "kB", "MB", "GB"][power]
  }`;
}

if (import.meta.main) {
  const args = parseArgs(Deno.args, { boolean: ["dry-run", "json", "help"] });
  const unknown = Object.keys(args).find((k) => !["_", "dry-run", "json", "help"].includes(k));
  if (args["help"] || unknown !== undefined || args._.length > 0) {
    console.error(
      "Usage: deno task db:clean [--dry-run] [--json]\n" +
        "Removes what is over by AURORA_KEEP_…; --dry-run says what would go and changes nothing",
    );
    Deno.exit(args["help"] ? 0 : 2);
  }
  try {
    await using app = await compose({
      directory: Deno.env.get("AURORA_DIRECTORY") ?? ".aurora",
      role: "cli",
    });
    const rules = rulesOf(app);
    const dryRun = args["dry-run"] === true;
    const onWait = (sentence: string) => console.error(sentence);
    const gone = await clean(app.sql, { rules, readers: readersOf(app), dryRun, onWait });
    const swept = dryRun || rules.rows === Infinity
      ? []
      : await sweep(app.sql, { tables: tablesOf(app), keepMs: rules.rows });
    if (args["json"]) console.log(JSON.stringify({ dryRun, gone, swept }, null, 2));
    else {
      told(gone).forEach((line) => console.log(line));
      for (const s of swept) {
        if (s.rows > 0) console.log(`${s.rows} rows of superseded versions in ${s.table}`);
      }
      if (dryRun) console.log("Nothing was removed");
    }
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
  Deno.exit(0);
}
