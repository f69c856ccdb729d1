/**
 * `doctor`: whether everything that the program needs is there.
 *
 * @module
 */
import type { Artefacts } from "engine";
import type { App } from "../app.ts";
import { EXIT, type Run, type Setting } from "../command.ts";
import { paintStatus } from "../io.ts";
import { many } from "../words.ts";
import { table } from "../table.ts";
import { json } from "../with_app.ts";

/** One thing that was looked at. */
export interface Finding {
  /** What. */
  readonly name: string;
  /** Whether it is as it should be. */
  readonly ok: boolean;
  /** Whether the program can do without. */
  readonly required: boolean;
  /** What was found, or what would be right. */
  readonly detail: string;
}

/** The least version that this was written for. */
const DENO = [2, 9, 6] as const;

type Look = () => Promise<string> | string;

async function found(name: string, look: Look, required = true): Promise<Finding> {
  try {
    return { name, ok: true, required, detail: await look() };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { name, ok: false, required, detail };
  }
}

function deno(): string {
  const text = Deno.version.deno;
  const parts = text.split(".").map((p) => Number.parseInt(p));
  const differs = DENO.findIndex((n, i) => parts[i] !== n);
  if (differs >= 0 && (parts[differs] ?? 0) < DENO[differs]!) {
    throw new RangeError(`Deno is ${text}: at least ${DENO.join(".")} is needed`);
  }
  return `${text} on ${Deno.build.target}, V8 ${Deno.version.v8}`;
}

const VARIABLES = [
  "DATABASE_URL",
  "DATABASE_DIRECT_URL",
  "AURORA_DIRECTORY",
  "AURORA_OBJECTS",
  "REDIS_URL",
  "KAFKA_BROKERS",
  "AURORA_KEYS",
  "AURORA_KEYS_FILE",
  "AURORA_CONNECTIONS_FILE",
  "AURORA_AWS_SECRETS_PREFIX",
  "AURORA_SMTP_URL",
  "AURORA_WEBHOOK_URL",
];

/** Names only: addresses may carry passwords. */
function environment(): string {
  const set = VARIABLES.filter((name) => Deno.env.get(name));
  return set.length ? `${set.join(", ")} set` : "nothing is set: embedded defaults are in use";
}

async function library(algorithm: "xgboost" | "lightgbm"): Promise<string> {
  const { locate } = await import("../../ml/native/locate.ts");
  return locate(algorithm).path;
}

async function sourceSchema(app: App): Promise<string> {
  const { database } = await import("../../assets/resources.ts");
  const { checkSourceSchema, sourceSchema } = await import("../../assets/source_schema.ts");
  const { sql } = await app.lender.lend({ sql: database }) as {
    readonly sql: Awaited<ReturnType<typeof database.open>>;
  };
  await checkSourceSchema(sql);
  return `${many(Object.keys(sourceSchema).length, "table")} as expected`;
}

/** Keeps an object, reads it and removes it: rights to look are not rights to write. */
async function objects(app: App): Promise<string> {
  const { bytesOf } = await import("engine");
  const resources = await import("../../assets/resources.ts");
  const lent = await app.lender.lend({ kept: resources.objects });
  const { objects: store } = (lent as { readonly kept: Artefacts }).kept;
  const key = `doctor/${crypto.randomUUID()}`;
  const call = { signal: AbortSignal.timeout(15_000) };
  await store.put(key, new TextEncoder().encode(key), call);
  try {
    await bytesOf(await store.get(key, call));
  } finally {
    await store.delete(key, call);
  }
  return `written, read and removed in ${store.place}`;
}

async function inside(app: App): Promise<readonly Finding[]> {
  const { definitions } = app;
  const health = await app.service.health();
  const counts = [
    many(definitions.assets.length, "asset"),
    many(definitions.jobs.length, "job"),
    many(definitions.checks.length, "check"),
    many(definitions.sensors.length, "sensor"),
  ];
  return [
    { name: "definitions", ok: true, required: true, detail: counts.join(", ") },
    ...health.dependencies.filter(({ name }) => name !== "objects").map((
      { name, ok, required, detail },
    ) => ({
      name,
      ok,
      // The doctor may be called while nothing works.
      required: required && name !== "workers",
      detail,
    })),
    await found("objects", () => objects(app)),
    await found("source schema", () => sourceSchema(app)),
  ];
}

async function program({ open }: Pick<Setting, "open">): Promise<readonly Finding[]> {
  let app: App;
  try {
    app = await open();
  } catch (error) {
    return [await found("program", () => Promise.reject(error))];
  }
  try {
    return await inside(app);
  } finally {
    await app.close();
  }
}

/** Looks at everything; fails if something that is needed is not there. */
export const doctor: Run = async (setting) => {
  const { io, called } = setting;
  const findings: readonly Finding[] = [
    await found("deno", deno),
    await found("environment", environment),
    await found("xgboost", () => library("xgboost")),
    await found("lightgbm", () => library("lightgbm")),
    ...await program(setting),
  ];
  const ok = findings.every((f) => f.ok || !f.required);
  if (called.on("json")) io.out(json({ ok, findings }));
  else {
    const rows = findings.map((f) => [
      f.ok
        ? paintStatus(io, "ok")
        : paintStatus(io, f.required ? "failed" : "warn", f.required ? "wrong" : "absent"),
      f.name,
      f.detail.replaceAll("\n", "; "),
    ]);
    table({ ...io, columns: 10_000 }, ["", "WHAT", "FOUND"], rows).forEach((line) => io.out(line));
    io.out(ok ? "Everything that is needed is there" : "Something that is needed is not there");
  }
  return ok ? EXIT.ok : EXIT.failure;
};
