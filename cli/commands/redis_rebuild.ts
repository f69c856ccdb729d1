/**
 * `redis:rebuild`: writes all that is served from Redis again, as after it was flushed or is a new one.
 *
 * @module
 */
import type { Cache, OnlineStore } from "engine";
import type { Part } from "../../assets/rebuild/rebuild.ts";
import type { Sql } from "../../assets/sql.ts";
import { EXIT, type Run, type Setting } from "../command.ts";
import { table } from "../table.ts";
import { json, withApp } from "../with_app.ts";

interface Lent {
  readonly online: OnlineStore;
  readonly cache: Cache;
  readonly database: Sql;
}

/** Writes, or with `--dry-run` counts. */
export const redisRebuild: Run = (setting) =>
  withApp(setting, async ({ lender }) => {
    const { called, signal, io } = setting;
    const { cache, database, online } = await import("../../assets/resources.ts");
    const { featureProject } = await import("../../assets/features/views.ts");
    const { rebuild } = await import("../../assets/rebuild/rebuild.ts");
    const lent = await lender.lend({ cache, database, online }) as unknown as Lent;
    if (lent.online.name !== "redis") {
      throw new TypeError(
        "Cannot rebuild Redis: REDIS_URL is not set, so features, models and predictions are served from PostgreSQL",
      );
    }
    const isDry = called.on("dry-run");
    const parts = await rebuild({
      sql: lent.database,
      store: lent.online,
      cache: lent.cache,
      project: featureProject,
      now: new Date(),
      isDry,
      overwrite: called.on("overwrite"),
      signal,
      onProgress: progress(setting),
      onWait: (sentence) => io.err(sentence),
    });
    tell(setting, parts, isDry);
    return EXIT.ok;
  });

/** A line that moves on a terminal; else one for every 100,000. */
function progress({ io, called }: Setting): (part: Part) => void {
  let told = 0;
  return ({ name, found }) => {
    if (called.on("json")) return;
    if (io.isTerminal) return io.redraw(`${name}: ${found}`);
    const now = Math.floor(found / 100_000);
    if (now > told) io.err(`${name}: ${found}`);
    told = now;
  };
}

function tell({ io, called }: Setting, parts: readonly Part[], isDry: boolean): void {
  if (called.on("json")) return io.out(json({ isDry, parts }));
  const rows = parts.map((
    { name, found, written },
  ) => [name, `${found}`, isDry ? "-" : `${written}`]);
  table(io, ["WHAT", "FOUND", "WRITTEN"], rows).forEach((line) => io.out(line));
  io.out(isDry ? "Nothing was written" : "Redis has what PostgreSQL has");
}
