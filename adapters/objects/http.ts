/** Requests to stores of objects: limits of time, and another try after what passes by itself. @module */
import { pause, ServiceUnavailableError } from "engine";
import { NoAwsKeys } from "../../aws/mod.ts";

/** How patient requests are. */
export interface Patience {
  /** Milliseconds for one answer, and between two chunks of a stream. @default {60_000} */
  readonly limitMs?: number;
  /** Tries of one request. @default {6} */
  readonly attempts?: number;
  /** Milliseconds before the second try; doubled for each further one, at most 10 s. @default {200} */
  readonly backoffMs?: number;
}

/** For what is asked when something has failed already: nobody waits long for a server to forget what it has of it. */
export const FAREWELL: Patience = { limitMs: 5_000, attempts: 2 };

/** A request that may be sent more than once. */
export interface Asked {
  /** For messages: `S3 at "https://…"`. */
  readonly service: string;
  /** For messages: `keep object "a"`. */
  readonly doing: string;
  /** Makes it anew for every try: signatures carry the time. */
  request(): Request | Promise<Request>;
  readonly signal: AbortSignal | undefined;
}

/** A whole answer. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array;
}

/** An answer whose bytes are still to come. */
export interface OpenAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Fails when nothing comes for as long as an answer may take. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** Statuses that another try may better. */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]);
const LONGEST_PAUSE_MS = 10_000;
const NEVER = new AbortController().signal;

/** The words of an answer. */
export const wordsOf = (answer: Answer): string => new TextDecoder().decode(answer.bytes);

/**
 * Asks until there is an answer that is worth reading, and reads it.
 *
 * @throws {ServiceUnavailableError} If the last try got none, or one of "come again".
 */
export function ask(asked: Asked, patience: Patience): Promise<Answer> {
  return tried(asked, patience, async (response, _, alive) => {
    const bytes = new Uint8Array(await response.arrayBuffer());
    alive();
    return { status: response.status, headers: response.headers, bytes };
  });
}

/** As {@linkcode ask}, but the bytes of the answer are read by the caller. */
export function open(asked: Asked, patience: Patience): Promise<OpenAnswer> {
  return tried(asked, patience, (response, abort, alive) => {
    alive();
    const { status, headers } = response;
    const chunks = watched(response, { abort, limitMs: patience.limitMs ?? 60_000, asked });
    return Promise.resolve({ status, headers, chunks });
  });
}

type Read<T> = (response: Response, abort: AbortController, alive: () => void) => Promise<T>;

async function tried<T>(asked: Asked, patience: Patience, read: Read<T>): Promise<T> {
  const { attempts = 6 } = patience;
  for (let attempt = 1;; attempt++) {
    let trouble: unknown;
    let waitMs = backoff(attempt, patience);
    try {
      const found = await once(asked, patience, read);
      if (!("again" in found)) return found.value;
      trouble = found.again;
      waitMs = Math.max(waitMs, found.waitMs);
    } catch (error) {
      asked.signal?.throwIfAborted();
      if (error instanceof NoAwsKeys) throw error;
      trouble = error;
    }
    if (attempt >= attempts) throw unavailable(asked, attempt, trouble);
    await pause(waitMs, asked.signal ?? NEVER);
    asked.signal?.throwIfAborted();
  }
}

type Once<T> = { readonly value: T } | { readonly again: Error; readonly waitMs: number };

async function once<T>(
  asked: Asked,
  { limitMs = 60_000 }: Patience,
  read: Read<T>,
): Promise<Once<T>> {
  const abort = new AbortController();
  const limit = setTimeout(() => abort.abort(silent(limitMs)), limitMs);
  const alive = () => clearTimeout(limit);
  const stop = () => abort.abort(asked.signal?.reason);
  asked.signal?.addEventListener("abort", stop, { once: true });
  try {
    asked.signal?.throwIfAborted();
    const response = await fetch(await asked.request(), {
      signal: abort.signal,
      redirect: "manual",
    });
    if (!PASSING.has(response.status)) return { value: await read(response, abort, alive) };
    const said = (await response.text()).slice(0, 300);
    const seconds = Number(response.headers.get("retry-after") ?? 0);
    const waitMs = Math.min(LONGEST_PAUSE_MS, 1_000 * (seconds || 0));
    return { again: new Error(`answered ${response.status}: ${said}`), waitMs };
  } finally {
    clearTimeout(limit);
    asked.signal?.removeEventListener("abort", stop);
  }
}

/** Chunks of a body, each of which must come within the limit. */
async function* watched(
  response: Response,
  { abort, limitMs, asked }: {
    readonly abort: AbortController;
    readonly limitMs: number;
    readonly asked: Asked;
  },
): AsyncGenerator<Uint8Array, void, undefined> {
  if (response.body === null) return;
  let limit: ReturnType<typeof setTimeout> | undefined;
  const wind = () => limit = setTimeout(() => abort.abort(silent(limitMs)), limitMs);
  const stop = () => abort.abort(asked.signal?.reason);
  asked.signal?.addEventListener("abort", stop, { once: true });
  try {
    asked.signal?.throwIfAborted();
    wind();
    for await (const chunk of response.body) {
      clearTimeout(limit);
      yield chunk;
      wind();
    }
  } finally {
    clearTimeout(limit);
    asked.signal?.removeEventListener("abort", stop);
  }
}

/** With a random half, so that many writers do not come again at once. */
export function backoff(attempt: number, { backoffMs = 200 }: Patience): number {
  const longest = Math.min(LONGEST_PAUSE_MS, backoffMs * 2 ** (attempt - 1));
  return longest / 2 + Math.random() * longest / 2;
}

const silent = (limitMs: number) =>
  new DOMException(`Nothing came for ${limitMs} ms`, "TimeoutError");

function unavailable({ service, doing }: Asked, attempts: number, cause: unknown): Error {
  const said = reasonOf(cause);
  const whole = new Error(`${said} (${attempts} tries)`, { cause });
  return new ServiceUnavailableError(service, doing, whole);
}

/** What a request died of: `fetch` keeps it in the cause, behind the address that the message has anyway. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) {
    return error.cause.message.replace(/^error sending request for url \([^)]*\): /, "");
  }
  return error.message || error.name;
}
