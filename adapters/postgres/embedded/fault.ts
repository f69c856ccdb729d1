/** What can go wrong with the embedded PostgreSQL, by cause. */
export type FaultKind =
  | "account"
  | "busy"
  | "disk-full"
  | "download"
  | "not-writable"
  | "other"
  | "out-of-reach"
  | "platform"
  | "port-taken"
  | "version";

/** The embedded PostgreSQL cannot be used: the message says why and what to do about it. */
export class EmbeddedError extends Error {
  override readonly name = "EmbeddedError";
  /** Wraps a cause, which stays as it was. */
  constructor(readonly kind: FaultKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
  }
}

/** The way out that always works. */
export const WAY_OUT = "or set DATABASE_URL to a PostgreSQL of your own";

const KNOWN: readonly (readonly [RegExp, FaultKind, string])[] = [
  [
    /No space left on device|Disk quota exceeded|os error (28|122)\b/,
    "disk-full",
    "the disk is full: free some space (an empty database needs about 120 MB) and start again",
  ],
  [
    /could not look up effective user ID|user does not exist/,
    "account",
    "this user id has no entry in /etc/passwd: add one, start as another user",
  ],
  [
    /could not bind [^\n]*Address already in use|could not create any TCP\/IP sockets/,
    "port-taken",
    "the port is taken by another program: stop it or leave the port out to get a free one",
  ],
  [
    /pre-existing shared memory block|lock file "[^"]*" already exists/,
    "busy",
    "another PostgreSQL still works on this data: end it",
  ],
  [
    /database files are incompatible with server|initialized by PostgreSQL version/,
    "version",
    "the data directory belongs to another major version: move it away, restore a dump into a new one",
  ],
  [
    /Permission denied|Read-only file system|[Nn]ot a directory|os error (1|13|20|30)\b/,
    "not-writable",
    "the directory cannot be written: give this user write permission, choose another one",
  ],
];

/**
 * Turns what PostgreSQL, the system or Deno said into an error that names cause and remedy.
 *
 * `doing` continues the sentence "Cannot …"; `said` is the log or message, of which the last lines are kept.
 */
export function fault(doing: string, said: string, cause?: unknown): EmbeddedError {
  const tail = said.trim().split("\n").slice(-8).join("\n");
  for (const [pattern, kind, remedy] of KNOWN) {
    if (pattern.test(said)) {
      return new EmbeddedError(kind, `Cannot ${doing}: ${remedy}, ${WAY_OUT}\n${tail}`, cause);
    }
  }
  return new EmbeddedError("other", `Cannot ${doing}: ${tail || "it said nothing"}`, cause);
}

/** Runs one part of the start; whatever fails there is named by `doing`. */
export async function attempt<T>(doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof EmbeddedError) throw cause;
    throw fault(doing, cause instanceof Error ? cause.message : String(cause), cause);
  }
}
