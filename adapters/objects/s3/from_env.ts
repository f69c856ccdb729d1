/** A bucket of S3 as the environment names it. @module */
import type { Objects } from "engine";
import { keysOf } from "../../../aws/mod.ts";
import { s3Objects } from "./objects.ts";

type Env = (name: string) => string | undefined;

/** The first of some variables that is set. */
function first(env: Env, ...names: readonly string[]): string | undefined {
  return names.map((name) => env(name)).find((value) => value !== undefined && value !== "");
}

function endpointOf(env: Env): string | undefined {
  const names = ["AURORA_S3_ENDPOINT", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"];
  const text = first(env, ...names);
  if (text === undefined || /^https?:\/\/[^@/]+(\/|$)/.test(text) && URL.canParse(text)) {
    return text;
  }
  throw new SyntaxError(
    `Cannot read AURORA_S3_ENDPOINT: it is not like "https://minio.example.org:9000"`,
  );
}

function pathStyleOf(env: Env): boolean | undefined {
  const text = first(env, "AURORA_S3_PATH_STYLE");
  if (text === undefined || text === "true" || text === "false") {
    return text === undefined ? undefined : text === "true";
  }
  throw new SyntaxError(`Cannot read AURORA_S3_PATH_STYLE "${text}": it is "true" or "false"`);
}

function sseOf(env: Env): string | undefined {
  const text = first(env, "AURORA_S3_SSE");
  if (text === undefined || /^(AES256|aws:kms(:.+)?)$/.test(text)) return text;
  throw new SyntaxError(
    `Cannot read AURORA_S3_SSE "${text}": it is "AES256", "aws:kms" or "aws:kms:KEY"`,
  );
}

/**
 * Opens a bucket with `AURORA_S3_…`, else the variables of the AWS command line, else the usual chain of keys.
 *
 * @throws {TypeError} If half of a pair of keys is given.
 * @throws {SyntaxError} If a variable cannot be read.
 */
export function s3FromEnv(
  place: { readonly bucket: string; readonly prefix: string },
  env: Env,
): Objects {
  const given = {
    endpoint: endpointOf(env),
    region: first(env, "AURORA_S3_REGION", "AWS_REGION", "AWS_DEFAULT_REGION"),
    pathStyle: pathStyleOf(env),
    sse: sseOf(env),
  };
  return s3Objects({
    bucket: place.bucket,
    prefix: place.prefix,
    keys: keysOf(env, ["AURORA_S3", "AWS"], "open objects in S3"),
    ...set(given),
  });
}

/** Without what is undefined. */
function set<T extends object>(given: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
