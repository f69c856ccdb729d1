import { assert } from "@std/assert";
import { join } from "@std/path";
import { createToken, type NewToken } from "../../adapters/postgres/access/tokens.ts";
import { NEEDS } from "../../api/mod.ts";
import { migrateAll } from "../../tasks/database.ts";
import { serve } from "../e2e/program.ts";
import { testDatabase } from "../services/postgres.ts";
import { fuzz } from "../services/schemathesis.ts";

/** What each role may do; written apart from the code that decides it. */
const MAY: Readonly<Record<string, readonly string[]>> = {
  admin: ["public", "view", "logs", "trigger", "cancel", "retry", "operate", "administer"],
  ml: ["public", "view", "logs", "trigger", "cancel", "retry"],
  ops: ["public", "view"],
  "admin with the scope logs": ["public", "logs"],
  nobody: ["public"],
};
const TOKENS: Readonly<Record<string, Pick<NewToken, "role" | "scopes">>> = {
  admin: { role: "admin" },
  ml: { role: "ml" },
  ops: { role: "ops" },
  "admin with the scope logs": { role: "admin", scopes: ["logs"] },
};

/** Needs by the paths of the OpenAPI document. */
const needs = Object.fromEntries(
  Object.entries(NEEDS).map(([route, { permission }]) => [
    route.replaceAll(/:(\w+)/g, "{$1}"),
    permission,
  ]),
);

Deno.test("whatever is sent as whatever role: no 5xx, answers as documented, refusals by the table", async (t) => {
  await using db = await testDatabase({ template: "access", prepare: (sql) => migrateAll(sql) });
  const folder = await Deno.makeTempDir({ prefix: "aurora_fuzz_" });
  const env = {
    DATABASE_URL: db.url,
    AURORA_DIRECTORY: join(folder, "data"),
    AURORA_AUTH: "required",
  };
  try {
    await using server = await serve({
      env,
      isNarrow: true,
      words: ["--workers", "0", "--no-schedules"],
    });
    const document = join(folder, "openapi.json");
    for (const [name, may] of Object.entries(MAY)) {
      const made = TOKENS[name] &&
        await createToken(db.sql, { name, days: 1, by: "test", ...TOKENS[name] });
      if (name === "admin") {
        const headers = { authorization: `Bearer ${made?.token}` };
        const answer = await fetch(`${server.url}/api/openapi.json`, { headers });
        await Deno.writeTextFile(document, await answer.text());
      }
      await t.step(`as ${name}`, async () => {
        const { ok, report } = await fuzz({
          url: server.url,
          document,
          token: made?.token,
          needs,
          isLong: name === "admin",
          may,
        });
        assert(ok, report);
        assert(/Tested: +[1-9]\d/.test(report), report);
      });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
