import type { Sql } from "./connect.ts";

/** Whether a file says of itself that it runs outside of a transaction. */
export const isConcurrent = (text: string): boolean =>
  /^--\s*concurrently\s*$/m.test(firstLine(text));

const firstLine = (text: string): string => text.slice(0, text.indexOf("\n") + 1).trimEnd();

/**
 * Runs statements one by one, each by itself: what they lock they lock only for their own time, and `create index
 * concurrently` keeps nobody from writing. A statement ends with a semicolon at the end of a line.
 */
export async function runConcurrently(sql: Sql, text: string): Promise<void> {
  for (const statement of statementsOf(text)) {
    const index =
      /^create\s+(?:unique\s+)?index\s+concurrently\s+(?:if\s+not\s+exists\s+)?([a-z0-9_]+)/i
        .exec(statement)?.[1];
    if (index !== undefined) await dropHalf(sql, index);
    await sql.unsafe(statement);
  }
}

const statementsOf = (text: string): readonly string[] =>
  text.split(/;[ \t]*(?:\n|$)/)
    .map((s) => s.replace(/^\s*--.*$/gm, "").trim())
    .filter((s) => s !== "");

/** What is left of an index whose making was interrupted counts as existing, and is used by nobody. */
async function dropHalf(sql: Sql, index: string): Promise<void> {
  const halves = await sql<{ schema: string; name: string }[]>`
    select n.nspname as schema, c.relname as name from pg_index i
    join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
    where c.relname = ${index} and not i.indisvalid`;
  for (const { schema, name } of halves) {
    await sql`drop index concurrently if exists ${sql(`${schema}.${name}`)}`;
  }
}
