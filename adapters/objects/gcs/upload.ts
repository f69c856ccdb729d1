/** Resumable uploads: parts one after the other, the last one makes the object visible. @module */
import { createHash } from "node:crypto";
import { blocksOf, type ObjectBody, pause } from "engine";
import { type Answer, backoff, FAREWELL, type Patience, wordsOf } from "../http.ts";
import type { GcsClient, GcsRequest } from "./client.ts";

/** What is uploaded. */
export interface Upload {
  readonly client: GcsClient;
  readonly bucket: string;
  /** With the prefix. */
  readonly name: string;
  readonly body: ObjectBody;
  /** Opens the bytes; fails if they are not those that were promised: then nothing becomes visible. */
  readonly chunks: () => Promise<AsyncIterable<Uint8Array>>;
  readonly partSize: number;
  readonly patience: Patience;
  readonly doing: string;
  readonly signal: AbortSignal | undefined;
}

/** What is known of an object that was made. */
export interface Made {
  readonly md5Hash?: string;
  readonly generation?: string;
}

/** What was uploaded. */
export interface Uploaded {
  readonly made: Made;
  /** Of what was sent. */
  readonly md5: string;
}

/** The server does not know the upload any more. */
class Forgotten extends Error {}

/** Beginnings of one upload, when the server forgot it on the way. */
const MOST_BEGINNINGS = 4;

/** Uploads all; begins anew, as Google asks, when the server has forgotten the upload. */
export async function upload(o: Upload): Promise<Uploaded> {
  for (let beginning = 1;; beginning++) {
    try {
      return await uploadOnce(o);
    } catch (error) {
      if (!(error instanceof Forgotten)) throw error;
      if (beginning >= MOST_BEGINNINGS) throw error.cause;
    }
  }
}

async function uploadOnce(o: Upload): Promise<Uploaded> {
  const url = await begun(o);
  try {
    return await sent(o, url);
  } catch (error) {
    // Not by the signal, which may be the reason. Google forgets what is left after a week.
    const given = { method: "DELETE", url, doing: o.doing, signal: undefined } as const;
    await o.client.ask({ ...given, patience: FAREWELL }).catch(() => {});
    throw error;
  }
}

async function begun(o: Upload): Promise<string> {
  const request: GcsRequest = {
    method: "POST",
    url: `/upload/storage/v1/b/${o.bucket}/o`,
    query: { uploadType: "resumable", name: o.name },
    headers: {
      "content-type": "application/json",
      "x-upload-content-length": String(o.body.size),
    },
    body: new TextEncoder().encode(JSON.stringify({ metadata: { sha256: o.body.sha256 } })),
    doing: o.doing,
    signal: o.signal,
  };
  const answer = await o.client.ask(request);
  const url = answer.headers.get("location");
  if (answer.status !== 200 || url === null) throw o.client.refused(request, answer);
  return url;
}

async function sent(o: Upload, url: string): Promise<Uploaded> {
  const hash = createHash("md5");
  let at = 0;
  // One behind: the last part goes only when all bytes have been checked.
  let held: Uint8Array | undefined;
  for await (const block of blocksOf(await o.chunks(), o.partSize)) {
    if (held !== undefined) {
      await sendPart(o, url, { at, block: held });
      at += held.length;
    }
    hash.update(block);
    held = block;
  }
  o.signal?.throwIfAborted();
  const answer = await sendPart(o, url, { at, block: held ?? new Uint8Array() });
  if (answer.status === 308) throw o.client.refused(o, answer);
  return { made: JSON.parse(wordsOf(answer)), md5: hash.digest("base64") };
}

interface Part {
  readonly at: number;
  readonly block: Uint8Array;
}

/** Sends one part; after a break it asks what has arrived and sends the rest. */
async function sendPart(o: Upload, url: string, { at, block }: Part): Promise<Answer> {
  const end = at + block.length;
  let from = at;
  for (let attempt = 1;; attempt++) {
    const range = block.length === 0
      ? `bytes */${o.body.size}`
      : `bytes ${from}-${end - 1}/${o.body.size}`;
    const request: GcsRequest = {
      method: "PUT",
      url,
      headers: { "content-range": range },
      body: block.subarray(from - at),
      doing: o.doing,
      signal: o.signal,
      patience: { attempts: 1 },
    };
    try {
      const answer = await o.client.ask(request);
      if (isTaken(answer)) return answer;
      throw o.client.refused(request, answer);
    } catch (error) {
      o.signal?.throwIfAborted();
      if (attempt >= (o.patience.attempts ?? 6)) throw error;
    }
    await pause(backoff(attempt, o.patience), o.signal ?? new AbortController().signal);
    const state = await arrived(o, url);
    if (state.answer.status !== 308 || state.next >= end) return state.answer;
    from = Math.max(at, state.next);
  }
}

const isTaken = ({ status }: Answer) => status === 308 || status === 200 || status === 201;

/** How many bytes the server has; it answers with the object if that is all. */
async function arrived(o: Upload, url: string): Promise<{ answer: Answer; next: number }> {
  const headers = { "content-range": `bytes */${o.body.size}` };
  const request = { method: "PUT", url, headers, doing: o.doing, signal: o.signal } as const;
  const answer = await o.client.ask(request);
  if (answer.status === 404 || answer.status === 410) {
    throw new Forgotten("", { cause: o.client.refused(request, answer) });
  }
  if (!isTaken(answer)) throw o.client.refused(request, answer);
  const last = /bytes=0-(\d+)/.exec(answer.headers.get("range") ?? "")?.[1];
  return { answer, next: last === undefined ? 0 : Number(last) + 1 };
}
