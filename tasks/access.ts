// deno-lint-ignore-file no-console
/** `deno task tokens|people|roles|audit`: who may do what, and who did. @module */
import { parseArgs } from "@std/cli";
import { type AuditEntry, UnknownName } from "engine";
import { writeAudit } from "../adapters/postgres/access/audit.ts";
import type { Sql } from "../adapters/postgres/connect.ts";
import { userOfMachine } from "../cli/user_of_machine.ts";
import { type Call, HELP, run } from "./access/commands.ts";
import { database, migrateAll } from "./database.ts";

async function main(sql: Sql): Promise<readonly string[]> {
  const args = parseArgs(Deno.args, {
    string: ["role", "scopes", "groups", "days", "hours", "limit", "who", "_"],
    boolean: ["json"],
    unknown(word, key) {
      if (key === undefined) return true;
      throw new SyntaxError(`Cannot call this with "${word}"\n${HELP}`);
    },
  });
  const [what = "", verb = "list", ...words] = args._.map(String);
  const who = userOfMachine();
  const call: Call = {
    what,
    verb,
    words,
    who,
    text: (name) => args[name] as string | undefined,
    baseUrl: Deno.env.get("AURORA_BASE_URL") || "http://127.0.0.1:8081",
    isJson: args["json"] === true,
  };
  const audit = (entry: Omit<AuditEntry, "who" | "peer" | "outcome">) =>
    writeAudit(sql, { ...entry, who, peer: "", outcome: "allowed" });
  return await run(sql, call, audit);
}

if (import.meta.main) {
  if (Deno.args.some((word) => word === "--help" || word === "-h")) {
    console.log(HELP);
    Deno.exit(0);
  }
  try {
    await using db = await database(Deno.env.get("DATABASE_URL"));
    await migrateAll(db.sql, { onWait: (sentence) => console.error(sentence) });
    for (const line of await main(db.sql)) console.log(line);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    const isUsage = error instanceof UnknownName || error instanceof RangeError ||
      error instanceof SyntaxError;
    Deno.exit(isUsage ? 2 : 1);
  }
  Deno.exit(0);
}
