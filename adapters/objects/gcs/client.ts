/** Requests to one bucket by the JSON API. @module */
import { ServiceUnavailableError } from "engine";
import {
  type Answer,
  ask,
  type Asked,
  open,
  type OpenAnswer,
  type Patience,
  wordsOf,
} from "../http.ts";
import type { Tokens } from "./token.ts";

/** Which bucket, where, and who asks. */
export interface GcsOptions extends Patience {
  readonly bucket: string;
  /** Before every key, without slashes at its ends; "" for none. */
  readonly prefix: string;
  /** @default {"https://storage.googleapis.com"} */
  readonly endpoint?: string;
  /** Without it nobody is named, as emulators like it. */
  readonly tokens?: Tokens;
  /** Bytes of a part of an upload, a multiple of 256 KiB. @default {8 MiB} */
  readonly partSize?: number;
}

/** One request. */
export interface GcsRequest {
  readonly method: "GET" | "PUT" | "POST" | "DELETE";
  /** `/storage/v1/b/bucket/o`, or the whole address of an upload. */
  readonly url: string;
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
export interface GcsClient {
  /** For messages. */
  readonly service: string;
  /** The whole answer, whatever its status. */
  ask(request: GcsRequest): Promise<Answer>;
  /** An answer whose bytes are read as they come. */
  open(request: GcsRequest): Promise<OpenAnswer>;
  /** The error that an answer is. */
  refused(request: Pick<GcsRequest, "doing">, answer: Answer): Error;
}

/** Opens a bucket; nothing is asked yet. */
export function gcsClient(o: GcsOptions): GcsClient {
  const base = o.endpoint ?? "https://storage.googleapis.com";
  const service = `Google Cloud Storage at "${base}", bucket "${o.bucket}"`;
  const asked = (r: GcsRequest): Asked => ({
    service,
    doing: r.doing,
    signal: r.signal,
    request: async () => {
      const url = new URL(r.url, base);
      for (const [name, value] of Object.entries(r.query ?? {})) url.searchParams.set(name, value);
      const authorization = o.tokens ? { authorization: `Bearer ${await o.tokens()}` } : {};
      return new Request(url, {
        method: r.method,
        headers: { ...r.headers, ...authorization },
        ...(r.body === undefined ? {} : { body: r.body as Uint8Array<ArrayBuffer> }),
      });
    },
  });
  const patience = (r: GcsRequest): Patience => ({ ...o, ...r.patience });
  return {
    service,
    ask: (r) => ask(asked(r), patience(r)),
    open: (r) => open(asked(r), patience(r)),
    refused: ({ doing }, answer) => {
      const reason = `${answer.status} ${wordsOf(answer).slice(0, 300)}`;
      return new ServiceUnavailableError(service, doing, new Error(reason));
    },
  };
}
