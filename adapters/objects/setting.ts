/** Which store of objects is used: `AURORA_OBJECTS` and the variables of its kind. @module */
import type { Objects } from "engine";
import { fileObjects } from "./file.ts";

/** Where objects are kept. */
export type ObjectsPlace =
  | { readonly kind: "file"; readonly folder: string }
  | { readonly kind: "s3" | "gcs"; readonly bucket: string; readonly prefix: string };

type Env = (name: string) => string | undefined;

const SCHEMES: Readonly<Record<string, "s3" | "gcs">> = { "s3:": "s3", "gs:": "gcs" };
const RIGHT = `a folder, "s3://bucket/prefix" or "gs://bucket/prefix"`;

/**
 * Reads `AURORA_OBJECTS`.
 *
 * @throws {SyntaxError} If it is no place, with what would be one.
 */
export function objectsPlace(text: string): ObjectsPlace {
  const scheme = /^([a-z][a-z0-9+.-]+:)\/\//i.exec(text)?.[1];
  if (text.trim() === "") throw refusal(text, "it is empty");
  if (scheme === undefined) return { kind: "file", folder: text };
  const kind = SCHEMES[scheme];
  if (kind === undefined) throw refusal(text, `"${scheme}//" is not known`);
  const [bucket = "", ...words] = text.slice(scheme.length + 2).replace(/\/$/, "").split("/");
  // Google's names may have "_", those of Amazon not; the server has the last word.
  if (!/^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/.test(bucket)) {
    throw refusal(text, `"${bucket}" is no name of a bucket`);
  }
  if (words.some((word) => !/^(?!\.)[\w=,.-]+$/.test(word))) {
    throw refusal(text, `"${words.join("/")}" is no prefix`);
  }
  return { kind, bucket, prefix: words.join("/") };
}

function refusal(text: string, found: string): Error {
  // Somebody may have written a password into it.
  const shown = text.replace(/\/\/[^/@]*@/, "//***@");
  return new SyntaxError(`Cannot read AURORA_OBJECTS "${shown}": ${found}; it is ${RIGHT}`);
}

/**
 * Opens the store that the environment names. Nothing is asked until it is used.
 *
 * @throws {SyntaxError} If a variable cannot be read.
 * @throws {TypeError} If one is missing that the kind of store needs.
 */
export async function openObjects(env: Env): Promise<Objects> {
  const place = objectsPlace(env("AURORA_OBJECTS") ?? "");
  if (place.kind === "file") return fileObjects(place.folder);
  if (place.kind === "s3") {
    const { s3FromEnv } = await import("./s3/from_env.ts");
    return s3FromEnv(place, env);
  }
  const { gcsFromEnv } = await import("./gcs/from_env.ts");
  return await gcsFromEnv(place, env);
}
