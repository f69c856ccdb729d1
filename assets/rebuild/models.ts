/**
 * The models that programs find in the cache, read from PostgreSQL.
 *
 * @module
 */
import type { ModelName } from "../inputs/model_inputs.ts";
import { cacheModel, modelKey } from "../models/cache_model.ts";
import { champion } from "../models/registry.ts";
import type { Part, Rebuild } from "./rebuild.ts";

const MODELS: readonly ModelName[] = ["energy", "mood", "sleep_quality"];
/** After every day that there is. */
const LAST_DAY = "9999-12-31";

/** Writes each model that is served; removes one that is not, as after the last of it was withdrawn. */
export async function rebuildModels(o: Rebuild): Promise<readonly Part[]> {
  const part = { name: "models", found: 0, written: 0 };
  for (const name of MODELS) {
    o.signal.throwIfAborted();
    const served = await champion(o.sql, name, LAST_DAY);
    if (served) part.found++;
    if (o.isDry) continue;
    if (served) {
      await cacheModel(o.cache, served);
      part.written++;
    } else await o.cache.delete([modelKey(name), `${modelKey(name)}:onnx`]);
    o.onProgress(part);
  }
  return [part];
}
