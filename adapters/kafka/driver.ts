/** What a client library of Kafka has to do for the log of events. @module */

/** A message on its way to a broker. */
export interface Outgoing {
  readonly topic: string;
  /** Messages of one key go to one part of the topic: which one, all drivers agree. */
  readonly key: string;
  readonly value: Uint8Array;
  /** When it happened; when it is sent, if nothing is said. */
  readonly at?: Date;
  readonly headers: { readonly [name: string]: string };
}

/** A topic to be made. */
export interface NewTopic {
  readonly name: string;
  readonly partitions: number;
  readonly replication: number;
}

/** A client library. One call at a time; a call that rejected has nothing pending. */
export interface Driver {
  /** Which of these topics are there. */
  topics(): Promise<ReadonlySet<string>>;
  /** Makes topics; one that is there by now is left as it is. */
  make(topics: readonly NewTopic[]): Promise<void>;
  /** Sends in one request per broker, idempotent; resolves when all replicas in sync have everything. */
  send(messages: readonly Outgoing[]): Promise<void>;
  /** Ends connections; the next call opens new ones, with a new sequence. */
  drop(): Promise<void>;
}

/** Codes by which a broker refuses what it was sent, and would again: not those of a state that passes. */
const REFUSALS: ReadonlySet<string> = new Set([
  "MESSAGE_TOO_LARGE",
  "RECORD_LIST_TOO_LARGE",
  "INVALID_RECORD",
  "INVALID_TIMESTAMP",
  "INVALID_TOPIC_EXCEPTION",
]);

/** The code and words by which a broker refused the content, wherever the driver put them; else nothing. */
export function refusalOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { type, apiId, errors } = error as { type?: unknown; apiId?: unknown; errors?: unknown };
  for (const code of [type, apiId]) {
    if (typeof code === "string" && REFUSALS.has(code)) return `${code}: ${error.message}`;
  }
  const inner = [error.cause, ...(Array.isArray(errors) ? errors : [])];
  return inner.map(refusalOf).find((found) => found !== undefined);
}

/** The innermost error: drivers wrap what happened into sentences like "Topic creation errors". */
export function rootOf(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { errors } = error as { errors?: unknown };
  const inner = error.cause ?? (Array.isArray(errors) ? errors.at(-1) : undefined);
  return inner instanceof Error ? rootOf(inner) : error;
}
