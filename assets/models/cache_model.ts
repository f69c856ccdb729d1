/**
 * The served model in the cache, for programs that predict without the database.
 *
 * @module
 */
import type { Cache } from "engine";
import type { ModelName } from "../inputs/model_inputs.ts";
import type { Model } from "./registry.ts";

const ttlMs = 30 * 86_400_000;

/**
 * Key of the manifest (JSON), `aurora:model:energy` in Redis; the bytes are under it with `:onnx`.
 */
export const modelKey = (name: ModelName): string => `model:${name}`;

/** Puts the manifest and the bytes of a model into the cache, both in one call. */
export async function cacheModel(cache: Cache, model: Omit<Model, "version">): Promise<void> {
  const key = modelKey(model.manifest.name);
  await cache.put([
    { key, value: new TextEncoder().encode(JSON.stringify(model.manifest)) },
    { key: `${key}:onnx`, value: model.onnx },
  ], { ttlMs });
}

/** Removes a model that is no longer served from the cache. */
export async function uncacheModel(cache: Cache, name: ModelName): Promise<void> {
  await cache.delete([modelKey(name), `${modelKey(name)}:onnx`]);
}
