// deno-lint-ignore-file no-console
/** `deno task db:check [--repair]`: whether what the engine remembers contradicts itself. @module */
import { parseArgs } from "@std/cli";
import { check, type Checked } from "../adapters/postgres/check/check.ts";
import { repair } from "../adapters/postgres/check/repair.ts";
import { database, migrateAll } from "./database.ts";

/** The outcome as lines of text. */
export function told(checked: readonly Checked[]): readonly string[] {
  return checked.flatMap(({ name, violations }) => [
    `${violations.length === 0 ? "ok   " : "wrong"} ${name}`,
    ...violations.map((sentence) => `      ${sentence}`),
  ]);
}

async function main(o: { readonly repairs: boolean; readonly asJson: boolean }): Promise<boolean> {
  await using db = await database(Deno.env.get("DATABASE_URL"));
  await migrateAll(db.sql, { onWait: (sentence) => console.error(sentence) });
  const repaired = o.repairs ? await repair(db.sql) : [];
  const checked = await check(db.sql);
  const ok = checked.every((c) => c.violations.length === 0);
  if (o.asJson) {
    console.log(JSON.stringify({ ok, repaired, checked }, null, 2));
    return ok;
  }
  repaired.forEach((sentence) => console.log(`repaired: ${sentence}`));
  told(checked).forEach((line) => console.log(line));
  if (!ok && !o.repairs) {
    console.log("--repair queues lost steps again and counts again; the rest is for people");
  }
  return ok;
}

if (import.meta.main) {
  const args = parseArgs(Deno.args, { boolean: ["repair", "json", "help"] });
  const unknown = Object.keys(args).find((k) => !["_", "repair", "json", "help"].includes(k));
  if (args["help"] || unknown !== undefined || args._.length > 0) {
    console.error(
      "Usage: deno task db:check [--repair] [--json]\nReads DATABASE_URL, else the embedded database; " +
        "ends with 1 if something is wrong",
    );
    Deno.exit(args["help"] ? 0 : 2);
  }
  try {
    Deno.exit(
      await main({ repairs: args["repair"] === true, asJson: args["json"] === true }) ? 0 : 1,
    );
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(2);
  }
}
