/** Which keys of AWS the environment gives. @module */
import { type AwsKeySource, usualKeys } from "./keys.ts";

type Env = (name: string) => string | undefined;

/**
 * The keys of the first pair of variables that is set (`AURORA_S3` means `AURORA_S3_ACCESS_KEY_ID` and
 * `AURORA_S3_SECRET_ACCESS_KEY`), else those of the usual chain. `doing` is for messages: `open objects in S3`.
 *
 * @throws {TypeError} If half of a pair is set.
 */
export function keysOf(env: Env, prefixes: readonly string[], doing: string): AwsKeySource {
  for (const prefix of prefixes) {
    const names = [`${prefix}_ACCESS_KEY_ID`, `${prefix}_SECRET_ACCESS_KEY`] as const;
    const [id, key] = names.map((name) => env(name) || undefined);
    if (id && key) {
      const token = env(`${prefix}_SESSION_TOKEN`) || undefined;
      return { accessKeyId: id, secretAccessKey: key, sessionToken: token };
    }
    if (id || key) {
      const [given, missing] = id ? names : names.toReversed();
      throw new TypeError(`Cannot ${doing}: ${given} is set but not ${missing}`);
    }
  }
  return usualKeys;
}
