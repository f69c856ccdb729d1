/** Objects in a bucket of Google Cloud Storage. @module */
import {
  asBody,
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
import { type Answer, wordsOf } from "../http.ts";
import { streamed } from "../streamed.ts";
import { type GcsClient, gcsClient, type GcsOptions, type GcsRequest } from "./client.ts";
import { upload } from "./upload.ts";

const PART = 8 * 2 ** 20;
/** Looks at an object whose version is replaced between the look and the reading. */
const MOST_LOOKS = 20;

/** A store in a bucket, below a prefix. Nothing is asked until it is used. */
export function gcsObjects(o: GcsOptions): Objects {
  return new GcsObjects(o);
}

/** As the API describes an object. */
interface Described {
  readonly name: string;
  readonly size: string;
  readonly generation: string;
  readonly timeCreated?: string;
  readonly updated?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

class GcsObjects implements Objects {
  readonly name = "gcs";
  readonly place: string;
  readonly #client: GcsClient;
  readonly #o: GcsOptions;
  readonly #prefix: string;

  constructor(o: GcsOptions) {
    this.#o = o;
    this.#client = gcsClient(o);
    this.#prefix = o.prefix === "" ? "" : `${o.prefix}/`;
    this.place = `gs://${[o.bucket, o.prefix].filter(Boolean).join("/")}`;
  }

  #of(key: string, doing: string, { signal }: ObjectCall = {}): Omit<GcsRequest, "method"> {
    checkObjectKey(key);
    const name = encodeURIComponent(this.#prefix + key);
    const url = `/storage/v1/b/${this.#o.bucket}/o/${name}`;
    return { url, doing: `${doing} object "${key}"`, signal };
  }

  async put(key: string, given: Uint8Array | ObjectBody, call?: ObjectCall): Promise<ObjectHead> {
    const body = asBody(given);
    const { doing, signal } = this.#of(key, "keep", call);
    const { made, md5 } = await upload({
      client: this.#client,
      bucket: this.#o.bucket,
      name: this.#prefix + key,
      body,
      chunks: async () => checkedChunks(await body.open(), { ...body, doing: `Cannot ${doing}` }),
      partSize: this.#o.partSize ?? PART,
      patience: this.#o,
      doing,
      signal,
    });
    if (made.md5Hash !== undefined && made.md5Hash !== md5) {
      await this.#remove(key, made.generation, call);
      throw new Deno.errors.InvalidData(
        `Cannot ${doing}: the bytes were damaged on their way (MD5 ${made.md5Hash}, not ${md5})`,
      );
    }
    return await this.head(key, call) ?? Promise.reject(noObject(key, this.place));
  }

  async get(key: string, call?: ObjectCall): Promise<ReadableStream<Uint8Array>> {
    for (let look = 0; look < MOST_LOOKS; look++) {
      const found = await this.#described(key, call);
      if (found === undefined) break;
      const query = { alt: "media", generation: found.generation };
      const request = { ...this.#of(key, "read", call), method: "GET", query } as const;
      const first = await this.#client.open(request);
      if (first.status === 404) continue;
      if (first.status !== 200) throw await this.#broken(request, first);
      const resume = async (from: number) => {
        const headers = { range: `bytes=${from}-` };
        const answer = await this.#client.open({ ...request, headers });
        if (answer.status !== 206) throw await this.#broken(request, answer);
        return answer;
      };
      const head = headOf(key, found);
      const source = { ...request, service: this.#client.service, size: head.size, first, resume };
      const doing = `Cannot read object "${key}" of "${this.place}"`;
      return checkedStream(streamed(source), { ...head, doing });
    }
    throw noObject(key, this.place);
  }

  async range(
    key: string,
    range: { readonly from: number; readonly to: number },
    call?: ObjectCall,
  ): Promise<Uint8Array> {
    checkByteRange(range);
    const headers = { range: `bytes=${range.from}-${range.to - 1}` };
    const query = { alt: "media" };
    const request = { ...this.#of(key, "read", call), method: "GET", query, headers } as const;
    const answer = await this.#client.ask(request);
    if (answer.status === 404) throw noObject(key, this.place);
    // The beginning lies beyond the end.
    if (answer.status === 416) return new Uint8Array();
    if (answer.status === 200 && answer.bytes.length === 0) return answer.bytes;
    if (answer.status !== 206) throw this.#client.refused(request, answer);
    return answer.bytes;
  }

  async head(key: string, call?: ObjectCall): Promise<ObjectHead | undefined> {
    const found = await this.#described(key, call);
    return found && headOf(key, found);
  }

  async *list(prefix: string, { signal }: ObjectCall = {}): AsyncGenerator<ObjectInfo> {
    let pageToken: string | undefined;
    do {
      const query = {
        prefix: this.#prefix + prefix,
        fields: "items(name,size,timeCreated,updated),nextPageToken",
        ...(pageToken === undefined ? {} : { pageToken }),
      };
      const url = `/storage/v1/b/${this.#o.bucket}/o`;
      const request = { method: "GET", url, query, doing: "list objects", signal } as const;
      const answer = await this.#client.ask(request);
      if (answer.status !== 200) throw this.#client.refused(request, answer);
      const page = read<{ items?: readonly Described[]; nextPageToken?: string }>(answer);
      for (const found of page.items ?? []) {
        const key = found.name.slice(this.#prefix.length);
        yield { key, size: Number(found.size), modified: madeAt(found) };
      }
      pageToken = page.nextPageToken;
    } while (pageToken !== undefined && pageToken !== "");
  }

  async delete(key: string, call?: ObjectCall): Promise<void> {
    await this.#remove(key, undefined, call);
  }

  /** Uploads that were not completed are forgotten by Google after a week, and cost nothing. */
  sweep(): Promise<number> {
    return Promise.resolve(0);
  }

  async #remove(key: string, generation?: string, call?: ObjectCall): Promise<void> {
    const query: Record<string, string> = generation === undefined ? {} : { generation };
    const request = { ...this.#of(key, "remove", call), method: "DELETE", query } as const;
    const answer = await this.#client.ask(request);
    const isGone = answer.status === 204 || answer.status === 200 || answer.status === 404;
    if (!isGone) throw this.#client.refused(request, answer);
  }

  async #described(key: string, call?: ObjectCall): Promise<Described | undefined> {
    const request = { ...this.#of(key, "look at", call), method: "GET" } as const;
    const answer = await this.#client.ask(request);
    if (answer.status === 404) return undefined;
    if (answer.status !== 200) throw this.#client.refused(request, answer);
    return read<Described>(answer);
  }

  async #broken(
    request: Pick<GcsRequest, "doing">,
    { status, headers, chunks }: Awaited<ReturnType<GcsClient["open"]>>,
  ): Promise<Error> {
    const all = await Array.fromAsync(chunks);
    const bytes = all[0] ?? new Uint8Array();
    return this.#client.refused(request, { status, headers, bytes });
  }
}

const read = <T>(answer: Answer): T => JSON.parse(wordsOf(answer)) as T;

const madeAt = ({ timeCreated, updated }: Described) => new Date(timeCreated ?? updated ?? NaN);

function headOf(key: string, found: Described): ObjectHead {
  // What was copied here by other programs has no digest, but an artefact is named by it.
  const sha256 = found.metadata?.["sha256"] ?? /(?:^|\/)([0-9a-f]{64})$/.exec(key)?.[1];
  if (sha256 !== undefined) {
    return { key, size: Number(found.size), sha256, modified: madeAt(found) };
  }
  throw new Deno.errors.InvalidData(
    `Cannot read object "${key}": its metadata has no "sha256", so this program has not written it`,
  );
}
