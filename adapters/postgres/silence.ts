import postgres from "postgres";
import { withoutPassword } from "./explain.ts";

/** Milliseconds without a byte after which a connection that owes an answer is looked at from outside. */
export const SILENT_MS = 10_000;

/** What another connection finds of a silent one. */
type Found = "at work" | "owes nothing" | "unreachable";

/** Codes that say that packets do not arrive. Who refuses or answers an error is there: the old connection will hear of its end. */
const VANISHED = new Set([
  "CONNECT_TIMEOUT",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "EHOSTDOWN",
  "ENETUNREACH",
  "ENETDOWN",
]);

/** The answer to a query cannot come any more. */
export class SilentError extends Error {
  override readonly name = "SilentError";
  readonly code = "CONNECTION_SILENT";
}

/** What is said of each finding. */
const SAID: Readonly<Record<Exclude<Found, "at work">, string>> = {
  "owes nothing": "the server does not work on it, so its answer or the connection was lost",
  unreachable: "the server cannot be reached, check network and firewall",
};

/**
 * Finds out whether a session that owes an answer will never give it: twice in a row the server does not work on anything for
 * it (a firewall forgot the connection, the answer was lost), or cannot be reached for `limitMs` at all. A query that the
 * server works on is left alone, however long it takes.
 *
 * Through a pooler nobody can tell whose backend works on what: only a pooler that cannot be reached counts there.
 */
export function silentForGood(
  url: string,
  limitMs: number,
): (pid: number | null) => Promise<SilentError | undefined> {
  return async (pid) => {
    if (pid === null || await look(url, pid, limitMs) === "at work") return undefined;
    // Its answer may have been under way.
    await new Promise((resolve) => setTimeout(resolve, limitMs / 5));
    const found = await look(url, pid, limitMs);
    if (found === "at work") return undefined;
    return new SilentError(
      `Cannot wait for an answer of "${withoutPassword(url)}": nothing came for ` +
        `${limitMs / 1_000} s, and ${SAID[found]}`,
    );
  };
}

async function look(url: string, pid: number, limitMs: number): Promise<Found> {
  const sql = postgres(url, {
    max: 1,
    connect_timeout: limitMs / 1_000,
    fetch_types: false,
    prepare: false,
    connection: { application_name: "aurora silence" },
    onnotice: () => {},
  });
  // Connected and then silent as well: a pooler that has no connection to lend just now, most likely.
  const timer = setTimeout(() => void sql.end({ timeout: 0 }), 2 * limitMs);
  try {
    const rows = await sql.unsafe<{ own: number; state: string | null }[]>(
      `select pg_backend_pid() as own,
        (select coalesce(state, 'hidden') from pg_stat_activity where pid = ${pid}) as state`,
    ).simple();
    const [{ own, state }] = rows as unknown as [{ own: number; state: string | null }];
    if (rows.state.pid !== own) return "at work";
    return state === null || state.startsWith("idle") ? "owes nothing" : "at work";
  } catch (error) {
    return VANISHED.has((error as { code?: string }).code ?? "") ? "unreachable" : "at work";
  } finally {
    clearTimeout(timer);
    await sql.end({ timeout: 0 });
  }
}
