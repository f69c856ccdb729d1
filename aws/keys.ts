/** Keys for AWS, given or found in the usual places. @module */
import { secret } from "engine";

/** Who asks AWS. */
export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary keys. */
  readonly sessionToken?: string | undefined;
}

/** Keys, or who gives them: those of a role change while a program runs, and the same object means the same keys. */
export type AwsKeySource = AwsKeys | (() => Promise<AwsKeys>);

/** There are no keys, or who should give them does not: another try of the same request would not help. */
export class NoAwsKeys extends TypeError {
  override readonly name = "NoAwsKeys";
}

/** The keys as they are now. */
export const keysNow = async (source: AwsKeySource): Promise<AwsKeys> =>
  typeof source === "function" ? await source() : source;

let provider: Promise<() => Promise<AwsKeys>> | undefined;
let told: AwsKeys | undefined;

/**
 * The keys of the usual chain, as the tools of AWS walk it: variables, profile of the shared files (`AWS_PROFILE`; also
 * roles, single sign-on and processes that they name), web identity (`AWS_WEB_IDENTITY_TOKEN_FILE` and `AWS_ROLE_ARN`),
 * container (`AWS_CONTAINER_CREDENTIALS_…`), EC2 instance by metadata of version 2.
 *
 * One chain for the process: keys are used until five minutes before they end, then new ones are fetched while the older
 * ones are still used. They are masked from then on.
 *
 * @throws {NoAwsKeys} If there are none, or who should give them does not.
 */
export async function usualKeys(): Promise<AwsKeys> {
  // 22 packages, 4.7 MB on disk, 33 ms to load: only who has no keys of their own pays that.
  provider ??= import("@aws-sdk/credential-provider-node").then((m) => m.defaultProvider());
  let keys: AwsKeys;
  try {
    keys = await (await provider)();
  } catch (cause) {
    throw new NoAwsKeys(
      `Cannot find keys of AWS: ${
        cause instanceof Error ? cause.message : cause
      }; set AWS_ACCESS_KEY_ID and ` +
        "AWS_SECRET_ACCESS_KEY, or a profile, or give the container or machine a role",
      { cause },
    );
  }
  if (keys !== told) {
    secret(keys.secretAccessKey);
    if (keys.sessionToken) secret(keys.sessionToken);
    told = keys;
  }
  return keys;
}
