/** Objects in a bucket of S3, or of a server that speaks its protocol. @module */
import {
  asBody,
  bytesOf,
  checkByteRange,
  checkedChunks,
  checkedStream,
  checkObjectKey,
  noObject,
  type ObjectBody,
  type ObjectCall,
  type ObjectHead,
  type ObjectInfo,
  type Objects,
} from "engine";
import { wordsOf } from "../http.ts";
import { streamed } from "../streamed.ts";
import { type S3Client, s3Client, type S3Options, type S3Request } from "./client.ts";
import { upload } from "./multipart.ts";
import { elementsOf, textOf } from "./xml.ts";

const PART = 8 * 2 ** 20;
/** S3 takes 10,000 parts at most. */
const MOST_PARTS = 9_000;

/** A store in a bucket, below a prefix. Nothing is asked until it is used. */
export function s3Objects(o: S3Options): Objects {
  return new S3Objects(o);
}

class S3Objects implements Objects {
  readonly name = "s3";
  readonly place: string;
  readonly #client: S3Client;
  readonly #o: S3Options;
  readonly #prefix: string;

  constructor(o: S3Options) {
    this.#o = o;
    this.#client = s3Client(o);
    this.#prefix = o.prefix === "" ? "" : `${o.prefix}/`;
    this.place = `s3://${[o.bucket, o.prefix].filter(Boolean).join("/")}`;
  }

  #of(key: string, doing: string, { signal }: ObjectCall = {}): Omit<S3Request, "method"> {
    checkObjectKey(key);
    return { path: this.#prefix + key, doing: `${doing} object "${key}"`, signal };
  }

  async put(key: string, given: Uint8Array | ObjectBody, call?: ObjectCall): Promise<ObjectHead> {
    const body = asBody(given);
    const to = this.#of(key, "keep", call);
    const headers = { ...encryption(this.#o.sse), "x-amz-meta-sha256": body.sha256 };
    const { partSize = PART } = this.#o;
    const doing = `Cannot keep object "${key}"`;
    const chunks = checkedChunks(await body.open(), { ...body, doing });
    if (body.size <= partSize) {
      const request = { ...to, method: "PUT", headers, body: await bytesOf(chunks) } as const;
      const answer = await this.#client.ask(request);
      if (answer.status !== 200) throw this.#client.refused(request, answer);
    } else {
      await upload({
        ...to,
        client: this.#client,
        headers,
        chunks,
        partSize: Math.max(partSize, Math.ceil(body.size / MOST_PARTS)),
        parallel: this.#o.parallel ?? 3,
        isThere: async () => (await this.head(key, call))?.sha256 === body.sha256,
      });
    }
    return await this.head(key, call) ?? Promise.reject(noObject(key, this.place));
  }

  async get(key: string, call?: ObjectCall): Promise<ReadableStream<Uint8Array>> {
    const request = { ...this.#of(key, "read", call), method: "GET" } as const;
    const first = await this.#client.open(request);
    if (first.status === 404) throw await this.#absent(key, first.chunks);
    if (first.status !== 200) throw await this.#broken(request, first);
    const head = headOf(key, first.headers);
    const doing = `Cannot read object "${key}" of "${this.place}"`;
    const resume = async (from: number) => {
      const etag = first.headers.get("etag");
      const headers = { range: `bytes=${from}-`, ...(etag === null ? {} : { "if-match": etag }) };
      const answer = await this.#client.open({ ...request, headers });
      if (answer.status !== 206) throw await this.#broken(request, answer);
      return answer;
    };
    const source = { ...request, service: this.#client.service, size: head.size, first, resume };
    return checkedStream(streamed(source), { ...head, doing });
  }

  async range(
    key: string,
    range: { readonly from: number; readonly to: number },
    call?: ObjectCall,
  ): Promise<Uint8Array> {
    checkByteRange(range);
    const headers = { range: `bytes=${range.from}-${range.to - 1}` };
    const request = { ...this.#of(key, "read", call), method: "GET", headers } as const;
    const answer = await this.#client.ask(request);
    if (answer.status === 404) throw this.#none(key, wordsOf(answer));
    // The beginning lies beyond the end.
    if (answer.status === 416) return new Uint8Array();
    // An empty object has no range, and some servers say so by giving it whole.
    if (answer.status === 200 && answer.bytes.length === 0) return answer.bytes;
    if (answer.status !== 206) throw this.#client.refused(request, answer);
    return answer.bytes;
  }

  async head(key: string, call?: ObjectCall): Promise<ObjectHead | undefined> {
    const request = { ...this.#of(key, "look at", call), method: "HEAD" } as const;
    const answer = await this.#client.ask(request);
    if (answer.status === 404) return undefined;
    if (answer.status !== 200) throw this.#client.refused(request, answer);
    return headOf(key, answer.headers);
  }

  async *list(prefix: string, { signal }: ObjectCall = {}): AsyncGenerator<ObjectInfo> {
    let token: string | undefined;
    do {
      const query = {
        "list-type": "2",
        prefix: this.#prefix + prefix,
        ...(token === undefined ? {} : { "continuation-token": token }),
      };
      const xml = await this.#listing(query, "list objects", signal);
      for (const element of elementsOf(xml, "Contents")) {
        yield {
          key: (textOf(element, "Key") ?? "").slice(this.#prefix.length),
          size: Number(textOf(element, "Size")),
          modified: new Date(textOf(element, "LastModified") ?? NaN),
        };
      }
      token = textOf(xml, "NextContinuationToken");
    } while (token !== undefined && token !== "");
  }

  async delete(key: string, call?: ObjectCall): Promise<void> {
    const request = { ...this.#of(key, "remove", call), method: "DELETE" } as const;
    const answer = await this.#client.ask(request);
    const isGone = answer.status === 204 || answer.status === 200 || answer.status === 404;
    if (!isGone) throw this.#client.refused(request, answer);
  }

  async sweep(before: Date, { signal }: ObjectCall = {}): Promise<number> {
    const query = { uploads: "", prefix: this.#prefix };
    const xml = await this.#listing(query, "list unfinished uploads", signal);
    let swept = 0;
    for (const element of elementsOf(xml, "Upload")) {
      if (!(new Date(textOf(element, "Initiated") ?? NaN) < before)) continue;
      const path = textOf(element, "Key") ?? "";
      const uploadId = textOf(element, "UploadId") ?? "";
      const doing = `give up the upload of "${path}"`;
      const request = { method: "DELETE", path, query: { uploadId }, doing, signal } as const;
      const answer = await this.#client.ask(request);
      if (answer.status >= 300 && answer.status !== 404) {
        throw this.#client.refused(request, answer);
      }
      swept++;
    }
    // One page is a thousand; what is left comes to the front of the next.
    return swept > 0 && textOf(xml, "IsTruncated") === "true"
      ? swept + await this.sweep(before, signal === undefined ? {} : { signal })
      : swept;
  }

  async #listing(
    query: Readonly<Record<string, string>>,
    doing: string,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    const request = { method: "GET", path: "", query, doing, signal } as const;
    const answer = await this.#client.ask(request);
    if (answer.status !== 200) throw this.#client.refused(request, answer);
    return wordsOf(answer);
  }

  async #absent(key: string, chunks: AsyncIterable<Uint8Array>): Promise<Error> {
    return this.#none(key, new TextDecoder().decode(await bytesOf(chunks)));
  }

  /** A bucket that is not there is another trouble than an object that is not. */
  #none(key: string, words: string): Error {
    if (textOf(words, "Code") !== "NoSuchBucket") return noObject(key, this.place);
    return new Deno.errors.NotFound(
      `Cannot read object "${key}": bucket "${this.#o.bucket}" does not exist at ${this.#client.service}`,
    );
  }

  async #broken(
    request: Pick<S3Request, "doing">,
    { status, headers, chunks }: Awaited<ReturnType<S3Client["open"]>>,
  ): Promise<Error> {
    return this.#client.refused(request, { status, headers, bytes: await bytesOf(chunks) });
  }
}

function headOf(key: string, headers: Headers): ObjectHead {
  // What was copied here by other programs has no digest, but an artefact is named by it.
  const sha256 = headers.get("x-amz-meta-sha256") ?? /(?:^|\/)([0-9a-f]{64})$/.exec(key)?.[1];
  if (sha256 === undefined) {
    throw new Deno.errors.InvalidData(
      `Cannot read object "${key}": it has no "x-amz-meta-sha256", so this program has not written it`,
    );
  }
  const size = Number(headers.get("content-length"));
  return { key, size, sha256, modified: new Date(headers.get("last-modified") ?? NaN) };
}

/** Headers that ask the server to encrypt. */
function encryption(sse: string | undefined): Record<string, string> {
  if (sse === undefined || sse === "") return {};
  const name = "x-amz-server-side-encryption";
  if (!sse.startsWith("aws:kms:")) return { [name]: sse };
  return { [name]: "aws:kms", [`${name}-aws-kms-key-id`]: sse.slice("aws:kms:".length) };
}
