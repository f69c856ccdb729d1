/** The stores that backups are taken from and written to. @module */
import type { Objects } from "engine";
import { join } from "@std/path";
import { openObjects } from "../../adapters/objects/setting.ts";

type Env = (name: string) => string | undefined;

/** Where the program's own files are. */
export const directoryOf = (env: Env): string => env("AURORA_DIRECTORY") || ".aurora";

/** A place that people name: a folder, `s3://bucket/prefix` or `gs://bucket/prefix`. */
export const openPlace = (place: string, env: Env): Promise<Objects> =>
  openObjects((name) => name === "AURORA_OBJECTS" ? place : env(name));

/** The store that the database refers to. */
export const ownObjects = (env: Env): Promise<Objects> =>
  openPlace(env("AURORA_OBJECTS") || join(directoryOf(env), "objects"), env);

/** Makes the folder for backups, if it is one, for its owner alone: there are hashes of passwords in it. */
export async function makeFolder(place: string): Promise<void> {
  if (!place.includes("://")) await Deno.mkdir(place, { recursive: true, mode: 0o700 });
}
