import type { AuditEntry, AuditLine } from "engine";
import type { Queries } from "../connect.ts";

/** Most characters that are kept of what a caller said. */
const MOST = 500;

/** Writes a line; the database refuses to change or remove it. */
export async function writeAudit(sql: Queries, e: AuditEntry): Promise<void> {
  const { kind, id, name } = e.who ?? { kind: "nobody", id: "", name: "nobody" };
  await sql`insert into access.audit (kind, who_id, who, action, target, outcome, peer, detail)
    values (${kind}, ${id}, ${name}, ${e.action}, ${cut(e.target)}, ${e.outcome}, ${e.peer},
      ${e.detail === undefined ? null : cut(e.detail)})`;
}

/** Without zero bytes, which PostgreSQL does not store. */
const cut = (text: string): string => text.replaceAll("\0", "�").slice(0, MOST);

/** Which lines are read. */
export interface AuditChoice {
  readonly limit: number;
  /** Only older ones than this id. */
  readonly before?: string | undefined;
  /** Only of this name. */
  readonly who?: string | undefined;
}

/** Lines, the newest first. */
export async function auditLines(
  sql: Queries,
  { limit, before, who }: AuditChoice,
): Promise<readonly AuditLine[]> {
  return await sql<AuditLine[]>`
    select audit.id::text, to_char(at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at, who, kind,
      action, target, outcome, peer, detail
    from access.audit
    where (${before ?? null}::bigint is null or id < ${before ?? null}::bigint)
      and (${who ?? null}::text is null or who = ${who ?? null}::text)
    order by audit.id desc limit ${limit}`;
}

/** Sign-ins with wrong words for an address within 15 minutes: from one place, and from all. */
export async function failedSignIns(
  sql: Queries,
  email: string,
  peer: string,
): Promise<{ readonly here: number; readonly all: number }> {
  const [row] = await sql<{ here: number; all: number }[]>`
    select count(*)::int as all, count(*) filter (where peer = ${peer})::int as here from access.audit
    where outcome = 'failed' and target = ${
    cut(email)
  } and at > clock_timestamp() - interval '15 minutes'`;
  return row!;
}
