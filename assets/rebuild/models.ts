/**
 * The models that programs find in the cache, read from PostgreSQL.
 *
 * @module
 */
import type { ModelName } from "../inputs/model_inputs.ts";
import { cacheModel, uncacheModel } from "../models/cache_model.ts";
import { champion, type Model } from "../models/registry.ts";
import type { Sql } from "../sql.ts";
import type { Part, Rebuild } from "./rebuild.ts";

const MODELS: readonly ModelName[] = ["energy", "mood", "sleep_quality"];
/** After every day that there is. */
const LAST_DAY = "9999-12-31";

/** The models that are served, `undefined` where none is. */
export async function* servedModels(
  sql: Sql,
): AsyncGenerator<{ readonly name: ModelName; readonly model: Model | undefined }> {
  for (const name of MODELS) yield { name, model: await champion(sql, name, LAST_DAY) };
}

/** Writes each model that is served; removes one that is not, as after the last of it was withdrawn. */
export async function rebuildModels(o: Rebuild): Promise<readonly Part[]> {
  const part = { name: "models", found: 0, written: 0 };
  for await (const { name, model: served } of servedModels(o.sql)) {
    o.signal.throwIfAborted();
    if (served) part.found++;
    if (o.isDry) continue;
    if (served) {
      await cacheModel(o.cache, served);
      part.written++;
    } else await uncacheModel(o.cache, name);
    o.onProgress(part);
  }
  return [part];
}
