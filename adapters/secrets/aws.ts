/** Signed questions to AWS, and to servers that speak as it does. @module */
import { AwsClient } from "aws4fetch";
import type { AwsAccount } from "./address.ts";
import { type Allowed, reachable } from "./reach.ts";

/** A client that signs by Signature Version 4, and asks once. */
export function awsClient(a: Omit<AwsAccount, "endpoint" | "bucket">, service: string): AwsClient {
  const { accessKeyId, secretAccessKey, sessionToken, region } = a;
  return new AwsClient({
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === undefined ? {} : { sessionToken }),
    region,
    service,
    retries: 0,
  });
}

/**
 * Asks whether the account is known: of a bucket by a list of one object, without one by a list of buckets, and of
 * `sts` by its identity. Gives the status.
 *
 * @throws {TypeError} If the endpoint may not be spoken to.
 */
export async function probeAws(
  a: AwsAccount,
  o: { readonly service: "s3" | "sts"; readonly allowed: Allowed; readonly signal: AbortSignal },
): Promise<number> {
  const base = new URL(a.endpoint ?? `https://${o.service}.${a.region}.amazonaws.com`);
  await reachable(base.hostname, o.allowed);
  const { url, ...init } = o.service === "sts" ? identity(base) : listing(base, a.bucket);
  const answer = await awsClient(a, o.service).fetch(url, {
    ...init,
    signal: o.signal,
    redirect: "manual",
  });
  await answer.body?.cancel();
  return answer.status;
}

const listing = (base: URL, bucket: string | null) => ({
  url: new URL(
    bucket === null ? "/" : `/${encodeURIComponent(bucket)}?list-type=2&max-keys=1`,
    base,
  ).href,
  method: "GET",
});

const identity = (base: URL) => ({
  url: new URL("/", base).href,
  method: "POST",
  headers: { "content-type": "application/x-www-form-urlencoded" },
  body: "Action=GetCallerIdentity&Version=2011-06-15",
});
