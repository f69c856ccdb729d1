/**
 * The models that programs find in the cache, read from PostgreSQL.
 *
 * @module
 */
import { cacheModel, uncacheModel } from "../models/cache_model.ts";
import { servedModels } from "../models/registry.ts";
import type { Part, Rebuild } from "./rebuild.ts";

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
