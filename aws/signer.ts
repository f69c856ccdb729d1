/** Signs requests to AWS by keys that may change. @module */
import { AwsClient } from "aws4fetch";
import { type AwsKeys, type AwsKeySource, keysNow } from "./keys.ts";

/** For what is signed. */
export interface SignerOptions {
  readonly keys: AwsKeySource;
  readonly region: string;
  /** `s3`, `secretsmanager`, `sts`. */
  readonly service: string;
}

/** Gives a client of Signature Version 4, which asks once; the same one while the keys are the same. */
export function awsSigner({ keys, region, service }: SignerOptions): () => Promise<AwsClient> {
  let last: { readonly keys: AwsKeys; readonly client: AwsClient } | undefined;
  return async () => {
    const now = await keysNow(keys);
    if (last?.keys !== now) last = { keys: now, client: clientOf(now, region, service) };
    return last.client;
  };
}

function clientOf(keys: AwsKeys, region: string, service: string): AwsClient {
  const { accessKeyId, secretAccessKey, sessionToken } = keys;
  return new AwsClient({
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === undefined ? {} : { sessionToken }),
    region,
    service,
    retries: 0,
  });
}
