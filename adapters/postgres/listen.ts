import postgres from "postgres";
import { withLimit } from "./connect.ts";
import { explain } from "./explain.ts";

/** What {@link notifications} listens to, and whom it tells. */
export type Listen = {
  readonly channels: readonly string[];
  readonly handle: (channel: string, payload: string) => void;
  /**
   * Called after every LISTEN that took effect, the first included: what was notified before is lost, so look
   * for yourself. Look now and then anyway ("slow poll").
   */
  readonly catchUp: () => void;
  /** Ends it, as disposing does. */
  readonly signal?: AbortSignal;
  /** How often the connection is proven to be alive; 15 s. Silence twice as long makes a new one. */
  readonly heartbeatMs?: number;
};

/**
 * Listens on a connection of its own and listens again whenever that is lost, until disposed or aborted.
 *
 * `url` must lead to PostgreSQL directly: PgBouncer in transaction mode forgets LISTEN. The driver's own
 * `sql.listen` gives up for good if the server is still down at its first attempt to come back.
 *
 * @throws {ConnectError} If the first connection fails; later ones are tried for ever, at most 5 s apart.
 */
export async function notifications(url: string, listen: Listen): Promise<AsyncDisposable> {
  const abort = new AbortController();
  const signal = listen.signal === undefined
    ? abort.signal
    : AbortSignal.any([abort.signal, listen.signal]);
  let line: Line;
  try {
    line = await dial(url, listen);
  } catch (error) {
    throw explain(error, url);
  }
  const ended = keep(url, listen, line, signal);
  return {
    [Symbol.asyncDispose]: async () => {
      abort.abort();
      await ended;
    },
  };
}

type Line = { readonly lost: Promise<void>; readonly end: () => Promise<void> };

/** Follows one line after the other. */
async function keep(url: string, listen: Listen, first: Line, signal: AbortSignal): Promise<void> {
  let line: Line | undefined = first;
  const aborted = new Promise<void>((done) => {
    if (signal.aborted) done();
    signal.addEventListener("abort", () => done(), { once: true });
  });
  for (let failures = 0; !signal.aborted;) {
    if (line !== undefined) {
      await Promise.race([line.lost, aborted]);
      await line.end();
    } else {
      await pause(Math.min(5000, 50 * 2 ** failures), signal);
    }
    if (signal.aborted) return;
    line = await dial(url, listen).catch(() => undefined);
    failures = line === undefined ? failures + 1 : 0;
  }
  await line?.end();
}

/** Opens a connection and listens on it. */
async function dial(url: string, listen: Listen): Promise<Line> {
  const { promise: lost, resolve: lose } = Promise.withResolvers<void>();
  const options = {
    max: 1,
    max_lifetime: null,
    idle_timeout: 0,
    connect_timeout: 10,
    fetch_types: false,
    connection: { application_name: "aurora listen" },
    onnotice: () => {},
    onnotify: listen.handle, // known to the driver, unknown to its types
    onclose: () => lose(),
  };
  const sql = postgres(url, options);
  const heartbeatMs = listen.heartbeatMs ?? 15_000;
  try {
    for (const channel of listen.channels) {
      await withLimit(sql`listen ${sql(channel)}`, 2 * heartbeatMs, `listen to "${channel}"`);
    }
  } catch (error) {
    await sql.end({ timeout: 0 });
    throw error;
  }
  const beat = setInterval(() => {
    withLimit(sql`select 1`, 2 * heartbeatMs, "prove the connection").catch(() => lose());
  }, heartbeatMs);
  listen.catchUp();
  const end = async () => {
    clearInterval(beat);
    await sql.end({ timeout: 0 });
  };
  return { lost, end };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const finish = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", finish);
      done();
    };
    const timer = setTimeout(finish, ms);
    signal.addEventListener("abort", finish, { once: true });
  });
}
