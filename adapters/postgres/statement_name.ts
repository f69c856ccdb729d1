/** What a statement is called in a trace. @module */

/** Text in quotes may hold values. */
const QUOTED = /'(?:[^']|'')*'|\$(\w*)\$[\s\S]*?\$\1\$/g;
const COMMENT = /--[^\n]*|\/\*[\s\S]*?\*\//g;
const NAME = `((?:"\\w+"|[a-z_]\\w*)(?:\\.(?:"\\w+"|[a-z_]\\w*))?)`;
const WRITES = /\b(insert|update|delete|merge)\b/;
const TARGETS = {
  select: [
    new RegExp(`^select\\s+([a-z_]\\w*\\.[a-z_]\\w*)\\s*\\(`),
    new RegExp(`\\bfrom\\s+([a-z_]\\w*\\.[a-z_]\\w*)`),
    new RegExp(`\\bfrom\\s+${NAME}`),
  ],
  insert: [new RegExp(`\\binto\\s+${NAME}`)],
  update: [new RegExp(`\\bupdate\\s+${NAME}`)],
  delete: [new RegExp(`\\bfrom\\s+${NAME}`)],
  merge: [new RegExp(`\\binto\\s+${NAME}`)],
  copy: [new RegExp(`^copy\\s+${NAME}`)],
  call: [new RegExp(`^call\\s+${NAME}`)],
} as const;

/**
 * The first word of a statement, and the table or function that it is about: never a value.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { statementName } from "./statement_name.ts";
 *
 * assertEquals(statementName("select * from engine.claim($1)"), "SELECT engine.claim");
 * assertEquals(statementName("insert into notes values ('from me')"), "INSERT notes");
 * assertEquals(statementName("with n as (select 1) update t set a = 1"), "UPDATE t");
 * ```
 */
export function statementName(text: string): string {
  // A template may begin with another one, whose text is not here.
  const plain = text.replace(COMMENT, " ").replace(QUOTED, "?").replace(/^[\s(?]+/, "")
    .toLowerCase();
  const first = /^[a-z]+/.exec(plain)?.[0];
  if (first === undefined) return "SQL";
  const verb = first === "with" ? WRITES.exec(plain)?.[1] ?? "select" : first;
  const targets = TARGETS[verb as keyof typeof TARGETS] ?? [];
  const target = targets.map((t) => t.exec(plain)?.[1]).find((found) => found !== undefined);
  return target === undefined ? verb.toUpperCase() : `${verb.toUpperCase()} ${target}`;
}
