// deno-lint-ignore-file no-console
/**
 * A program that asks AWS by the keys of the usual chain, which reads the environment of its process: prints each key id
 * that it got, then what S3 and Secrets Manager said, if they are to be asked.
 *
 * @module
 */
import { masked } from "engine";
import { openObjects } from "../../adapters/objects/setting.ts";
import { secretsManagerFromEnv } from "../../adapters/secrets/secrets_manager_from_env.ts";
import { usualKeys } from "../../aws/mod.ts";

const env = (name: string) => Deno.env.get(name) ?? "";
const told: unknown[] = [];
try {
  for (let i = 0; i < Number(env("TIMES") || 1); i++) {
    const { accessKeyId, secretAccessKey } = await usualKeys();
    told.push([accessKeyId, masked(`key ${secretAccessKey}`)]);
    // A refresh beside the answer is given the time to arrive.
    if (env("TIMES")) await new Promise((resolve) => setTimeout(resolve, 100));
  }
  if (env("AURORA_OBJECTS")) {
    const objects = await openObjects(env);
    await objects.put("key", new TextEncoder().encode("hello"));
    told.push((await Array.fromAsync(objects.list(""))).map((o) => o.key));
  }
  const place = secretsManagerFromEnv(env, { now: () => 0, onTrouble: () => {} });
  if (place) told.push(await place.find("warehouse"));
} catch (error) {
  told.push(error instanceof Error ? `${error.name}: ${error.message}` : error);
}
console.log(JSON.stringify(told));
