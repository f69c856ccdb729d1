/** What PostgreSQL cannot keep in JSON: NUL and half of a surrogate pair, as `JSON.stringify` writes them. */
const UNKEPT = /\\u0000|\\ud[89a-f]/i;

/** A value as JSON that `jsonb` accepts; characters that it cannot keep become U+FFFD. */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value) ?? "null";
  if (!UNKEPT.test(text)) return text;
  return JSON.stringify(value, (_, v) => typeof v === "string" ? kept(v) : v);
}

/** A text that PostgreSQL accepts. */
export function kept(text: string): string {
  return text.replaceAll("\0", "\ufffd").toWellFormed();
}
