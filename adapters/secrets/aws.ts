/** Signed questions to AWS, and to servers that speak as it does. @module */
import { awsSigner } from "../../aws/mod.ts";
import { ask, type PrivateHosts } from "../../reach/mod.ts";
import type { AwsAccount } from "./address.ts";

/**
 * Asks whether the account is known: of a bucket by a list of one object, without one by a list of buckets, and of
 * `sts` by its identity. Gives the status.
 *
 * @throws {TypeError} If the endpoint may not be spoken to.
 */
export async function probeAws(
  a: AwsAccount,
  o: {
    readonly service: "s3" | "sts";
    readonly privateHosts: PrivateHosts;
    readonly limitMs: number;
  },
): Promise<number> {
  const base = new URL(a.endpoint ?? `https://${o.service}.${a.region}.amazonaws.com`);
  const { url, ...init } = o.service === "sts" ? identity(base) : listing(base, a.bucket);
  const signer = await awsSigner({ keys: a, region: a.region, service: o.service })();
  const { headers } = await signer.sign(url, init);
  return await ask({ ...o, ...init, url: new URL(url), headers: Object.fromEntries(headers) });
}

const listing = (base: URL, bucket: string | null) => ({
  url: new URL(
    bucket === null ? "/" : `/${encodeURIComponent(bucket)}?list-type=2&max-keys=1`,
    base,
  ).href,
  method: "GET" as const,
});

const identity = (base: URL) => ({
  url: new URL("/", base).href,
  method: "POST" as const,
  headers: { "content-type": "application/x-www-form-urlencoded" },
  body: "Action=GetCallerIdentity&Version=2011-06-15",
});
