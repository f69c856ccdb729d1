// deno-lint-ignore-file no-console -- what code prints is what is tested
/** Secrets of connections, planted in every place and said by code in every way, are found nowhere. @module */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { asset, type Connection, define, resource } from "engine";
import { dump } from "../adapters/postgres/dump/dump.ts";
import { keysFromEnv } from "../adapters/secrets/keys_from_env.ts";
import { connectionsIn } from "../adapters/secrets/places.ts";
import { parseUri } from "../adapters/secrets/uri.ts";
import { keep, placesOf } from "../connections.ts";
import { connect } from "../adapters/postgres/connect.ts";
import { plan, step } from "../engine/ledger/contract/subject.ts";
import { everything, shown } from "./adapters/postgres/shown.ts";
import { workAll } from "./engine/run/work_all.ts";
import { testLedger } from "./services/ledger.ts";

const PLANTED = {
  environment: "planted/env&word",
  file: "planted-file-word",
  database: "planted-database-word",
  extra: "planted-extra-token",
  key: crypto.getRandomValues(new Uint8Array(32)).toBase64(),
};

/** Everything a secret may be written as. */
const written = Object.values(PLANTED).flatMap((p) => [p, encodeURIComponent(p), btoa(p)]);

function searched(what: string, text: string): void {
  for (const secret of written) {
    const at = text.indexOf(secret);
    assertEquals(
      at < 0 ? "" : text.slice(Math.max(0, at - 100), at + 20),
      "",
      `${secret} is in ${what}`,
    );
  }
}

/** Assets whose resource opens a connection and says what it got, in every way that it can. */
function declared() {
  const leakyResource = (name: string) =>
    resource({ name, open: (_env, connection): Promise<Connection> => connection(name) });
  const leaky = (name: string) => {
    const place = leakyResource(name);
    return asset({
      name: `leaky_${name}`,
      resources: { place },
      materialize(_, { resources, log, report }) {
        const c = resources.place;
        const token = String(c.extra["api_token"]);
        console.log(`got ${c.password} and ${token}`, c);
        log("connected", { with: c.password ?? "", header: btoa(c.password ?? "") });
        report({
          address: `x://${c.login}:${encodeURIComponent(c.password ?? "")}@${c.host}`,
          token,
        });
        if (name === "database") {
          throw new Error(`refused ${c.password}`, { cause: new Error(token) });
        }
        return 1;
      },
    });
  };
  const never = resource({
    name: "never",
    async open(_env, connection) {
      const c = await connection("database");
      throw new Error(`Cannot open ${JSON.stringify(c)}`);
    },
  });
  const unopened = asset({ name: "unopened", resources: { never }, materialize: () => 1 });
  return define({
    environment: leaky("environment"),
    file: leaky("file"),
    database: leaky("database"),
    unopened,
  });
}

async function textOfDump(sql: ReturnType<typeof connect>): Promise<string> {
  const { readable, writable } = new TransformStream<
    Uint8Array<ArrayBuffer>,
    Uint8Array<ArrayBuffer>
  >();
  const text = new Response(readable.pipeThrough(new DecompressionStream("gzip"))).text();
  await dump(sql, ["engine"], writable);
  return await text;
}

Deno.test("secrets of connections are in no log, answer, page, error, table or dump", async () => {
  await using made = await testLedger();
  const file = await Deno.makeTempFile();
  const sql = connect(made.url, { max: 4 });
  try {
    const extra = encodeURIComponent(JSON.stringify({ api_token: PLANTED.extra }));
    const values: Record<string, string> = {
      AURORA_KEYS: PLANTED.key,
      AURORA_CONNECTIONS_FILE: file,
      AURORA_CONN_ENVIRONMENT: JSON.stringify({
        conn_type: "http",
        login: "me",
        host: "h",
        password: PLANTED.environment,
      }),
    };
    await Deno.writeTextFile(file, JSON.stringify({ file: `ftp://me:${PLANTED.file}@h` }));
    const env = (name: string) => values[name] ?? "";
    const address = `generic://me:${PLANTED.database}@h/?__extra__=${extra}`;
    await keep({ sql, keys: keysFromEnv(env) }, parseUri("database", address), false);
    const definitions = declared();
    const { ledger } = made;
    const runs: string[] = [];
    for (const a of definitions.assets) {
      const name = a.name;
      runs.push((await ledger.submit(plan([step(name)], { title: name }))).run);
    }
    const connections = connectionsIn(placesOf(env, () => sql));
    const outcomes = await workAll({ definitions, ledger, now: () => new Date(), connections });
    assertEquals(outcomes.map((o) => o.state).sort(), ["failed", "failed", "success", "success"]);
    const kept = await everything(sql);
    const seen = await shown(ledger, definitions, runs);
    for (const text of [kept, seen]) {
      assertStringIncludes(text, "got *** and ***", "of the database");
      assertStringIncludes(text, "refused ***");
      assertStringIncludes(text, "x://me:***@h");
      assert(!/Cannot open \{[^}]*planted/.test(text));
    }
    searched("a table", kept);
    searched("a page or an answer", seen);
    const dumped = await textOfDump(sql);
    assertStringIncludes(dumped, "database\tgeneric\th\tme");
    searched("a dump", dumped);
  } finally {
    await sql.end({ timeout: 1 });
    await Deno.remove(file);
  }
});
