/** Uploads of what is larger than memory, in parts. @module */
import { blocksOf } from "engine";
import { FAREWELL, wordsOf } from "../http.ts";
import type { S3Client, S3Request } from "./client.ts";
import { textOf } from "./xml.ts";

/** What is uploaded. */
export interface Upload {
  readonly client: S3Client;
  /** With the prefix. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Fails if the bytes are not those that were promised: then nothing becomes visible. */
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly partSize: number;
  /** Parts under way at once: memory is about `partSize × (parallel + 2)`. */
  readonly parallel: number;
  readonly doing: string;
  readonly signal: AbortSignal | undefined;
  /** Whether the object is there, asked when the answer to the last request was lost. */
  isThere(): Promise<boolean>;
}

/** Uploads all; on any failure the server forgets the parts. */
export async function upload(o: Upload): Promise<void> {
  const id = await begun(o);
  try {
    await completed(o, id, await sent(o, id));
  } catch (error) {
    // Not by the signal, which may be the reason. What even this cannot undo is swept later.
    await o.client.ask({
      ...common(o),
      method: "DELETE",
      query: { uploadId: id },
      signal: undefined,
      patience: FAREWELL,
    }).catch(() => {});
    throw error;
  }
}

const common = ({ path, doing, signal }: Upload): Omit<S3Request, "method"> => ({
  path,
  doing,
  signal,
});

async function begun(o: Upload): Promise<string> {
  const request = {
    ...common(o),
    method: "POST",
    query: { uploads: "" },
    headers: o.headers,
  } as const;
  const answer = await o.client.ask(request);
  const id = textOf(wordsOf(answer), "UploadId");
  if (answer.status !== 200 || id === undefined) throw o.client.refused(request, answer);
  return id;
}

/** Sends all parts, a few at once; gives their tags in order. */
async function sent(o: Upload, id: string): Promise<readonly string[]> {
  const tags: string[] = [];
  const underWay = new Set<Promise<void>>();
  const failed: unknown[] = [];
  try {
    for await (const block of blocksOf(o.chunks, o.partSize)) {
      if (failed.length > 0) break;
      const number = tags.push("");
      const part: Promise<void> = sendPart(o, id, { number, block })
        .then((tag) => void (tags[number - 1] = tag), (error) => void failed.push(error))
        .finally(() => underWay.delete(part));
      underWay.add(part);
      if (underWay.size >= o.parallel) await Promise.race(underWay);
    }
  } finally {
    // A part that arrives after the upload was given up would be kept for ever.
    await Promise.all(underWay);
  }
  if (failed.length > 0) throw failed[0];
  return tags;
}

async function sendPart(
  o: Upload,
  uploadId: string,
  { number, block }: { readonly number: number; readonly block: Uint8Array },
): Promise<string> {
  const query = { partNumber: String(number), uploadId };
  const request = { ...common(o), method: "PUT", query, body: block } as const;
  const answer = await o.client.ask(request);
  const tag = answer.headers.get("etag");
  if (answer.status !== 200 || tag === null) throw o.client.refused(request, answer);
  return tag;
}

async function completed(o: Upload, uploadId: string, tags: readonly string[]): Promise<void> {
  o.signal?.throwIfAborted();
  const parts = tags.map((tag, i) =>
    `<Part><PartNumber>${i + 1}</PartNumber><ETag>${tag.replaceAll('"', "&quot;")}</ETag></Part>`
  );
  const text = `<CompleteMultipartUpload>${parts.join("")}</CompleteMultipartUpload>`;
  const body = new TextEncoder().encode(text);
  const request = { ...common(o), method: "POST", query: { uploadId }, body } as const;
  const answer = await o.client.ask(request);
  const words = wordsOf(answer);
  // S3 may answer 200 and then say what went wrong.
  if (answer.status === 200 && words.includes("CompleteMultipartUploadResult")) return;
  if (textOf(words, "Code") === "NoSuchUpload" && await o.isThere()) return;
  throw o.client.refused(request, answer);
}
