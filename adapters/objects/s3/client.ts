/** Signed requests to one bucket. @module */
import { createHash } from "node:crypto";
import { ServiceUnavailableError } from "engine";
import { type AwsKeys, type AwsKeySource, awsSigner } from "../../../aws/mod.ts";
import {
  type Answer,
  ask,
  type Asked,
  open,
  type OpenAnswer,
  type Patience,
  wordsOf,
} from "../http.ts";

/** Which bucket, where, and who asks: keys, or who gives them. */
export type S3Options = S3Place & (AwsKeys | { readonly keys: AwsKeySource });

/** Which bucket, and where. */
export interface S3Place extends Patience {
  /** The bucket. */
  readonly bucket: string;
  /** Before every key, without slashes at its ends; "" for none. */
  readonly prefix: string;
  /** `http://127.0.0.1:9000`; that of AWS for the region if left out. */
  readonly endpoint?: string;
  /** @default {"us-east-1"} */
  readonly region?: string;
  /** `endpoint/bucket/key` instead of `bucket.endpoint/key`. @default {true with an endpoint} */
  readonly pathStyle?: boolean;
  /** Encryption by the server: "AES256", "aws:kms", or "aws:kms:KEY" with the key. */
  readonly sse?: string;
  /** Bytes of a part of a multipart upload. @default {8 MiB} */
  readonly partSize?: number;
  /** Parts under way at once. @default {3} */
  readonly parallel?: number;
}

/** One request. */
export interface S3Request {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  /** Of the object, with the prefix; "" for the bucket. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** For messages: `keep object "a"`. */
  readonly doing: string;
  readonly signal: AbortSignal | undefined;
  /** Where it differs from that of other requests. */
  readonly patience?: Patience;
}

/** A bucket that answers. */
export interface S3Client {
  /** For messages, without secrets. */
  readonly service: string;
  /** The whole answer, whatever its status. */
  ask(request: S3Request): Promise<Answer>;
  /** An answer whose bytes are read as they come. */
  open(request: S3Request): Promise<OpenAnswer>;
  /** The error that an answer is. */
  refused(request: Pick<S3Request, "doing">, answer: Answer): Error;
}

/** The address before the keys. */
function baseOf({ bucket, endpoint, region = "us-east-1", pathStyle }: S3Place): string {
  const isPath = pathStyle ?? (endpoint !== undefined || bucket.includes("."));
  const url = new URL(endpoint ?? `https://s3.${region}.amazonaws.com`);
  const before = url.pathname.replace(/\/$/, "");
  return isPath
    ? `${url.origin}${before}/${bucket}`
    : `${url.protocol}//${bucket}.${url.host}${before}`;
}

/** Opens a bucket; nothing is asked yet. */
export function s3Client(o: S3Options): S3Client {
  const base = baseOf(o);
  const service = `S3 at "${base}"`;
  const signer = awsSigner({
    keys: "keys" in o ? o.keys : o,
    region: o.region ?? "us-east-1",
    service: "s3",
  });
  const asked = (r: S3Request): Asked => ({
    service,
    doing: r.doing,
    signal: r.signal,
    request: async () =>
      (await signer()).sign(addressOf(base, r), {
        method: r.method,
        headers: { ...r.headers, ...sumsOf(r.body) },
        ...(r.body === undefined ? {} : { body: r.body as Uint8Array<ArrayBuffer> }),
      }),
  });
  return {
    service,
    ask: (r) => ask(asked(r), { ...o, ...r.patience }),
    open: (r) => open(asked(r), { ...o, ...r.patience }),
    refused: ({ doing }, answer) =>
      new ServiceUnavailableError(service, doing, new Error(refusalOf(answer))),
  };
}

function addressOf(base: string, { path, query = {} }: S3Request): string {
  const url = new URL(path === "" ? `${base}/` : `${base}/${path}`);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url.href;
}

/** Digests of what is sent: AWS checks both, other servers often only MD5. */
function sumsOf(body: Uint8Array = new Uint8Array()): Record<string, string> {
  const sha256 = createHash("sha256").update(body).digest("hex");
  if (body.length === 0) return { "x-amz-content-sha256": sha256 };
  const md5 = createHash("md5").update(body).digest("base64");
  return { "x-amz-content-sha256": sha256, "content-md5": md5 };
}

/** `403 SignatureDoesNotMatch: …`, as the server says it. */
function refusalOf(answer: Answer): string {
  const words = wordsOf(answer);
  const of = (tag: string) => new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(words)?.[1] ?? "";
  return [`${answer.status} ${of("Code")}`.trim(), of("Message")].filter(Boolean).join(": ");
}
