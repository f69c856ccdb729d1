/** Whether, and where, connections are in AWS. @module */
import { keysOf } from "../../aws/mod.ts";
import type { Place } from "./places.ts";
import { secretsManagerPlace } from "./secrets_manager.ts";

/** Seconds for which an answer is used unless told. */
const FRESH_S = 300;

/**
 * AWS Secrets Manager if `AURORA_AWS_SECRETS_PREFIX` is set, for example to `aurora/connections`: in the region
 * `AWS_REGION`, by the keys `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and, for temporary ones, `AWS_SESSION_TOKEN`,
 * else by those of the usual chain; `AWS_ENDPOINT_URL_SECRETS_MANAGER` is another server. Answers are used for
 * `AURORA_AWS_SECRETS_SECONDS`.
 *
 * @throws {TypeError} If it is set by half, with the name of what is missing.
 */
export function secretsManagerFromEnv(
  env: (name: string) => string,
  o: { now(): number; onTrouble(sentence: string): void },
): Place | undefined {
  const prefix = env("AURORA_AWS_SECRETS_PREFIX").replace(/\/+$/, "");
  if (prefix === "") return undefined;
  const region = env("AWS_REGION") || env("AWS_DEFAULT_REGION");
  if (region === "") {
    throw new TypeError(
      "Cannot use AWS Secrets Manager: AURORA_AWS_SECRETS_PREFIX is set but not AWS_REGION",
    );
  }
  const endpoint = env("AWS_ENDPOINT_URL_SECRETS_MANAGER") || env("AWS_ENDPOINT_URL") || null;
  return secretsManagerPlace({
    ...o,
    prefix,
    freshMs: 1000 * seconds(env("AURORA_AWS_SECRETS_SECONDS")),
    account: { region, endpoint },
    keys: keysOf(env, ["AWS"], "use AWS Secrets Manager"),
  });
}

function seconds(text: string): number {
  if (text === "") return FRESH_S;
  const n = Number(text);
  if (n > 0 && Number.isFinite(n)) return n;
  throw new TypeError(`Cannot read AURORA_AWS_SECRETS_SECONDS: "${text}" is not a number above 0`);
}
