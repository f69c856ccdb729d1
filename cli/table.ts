/**
 * Tables for people.
 *
 * @module
 */
import { type Io, paint } from "./io.ts";

// deno-lint-ignore no-control-regex
const ANSI = /\x1b\[[0-9;]*m/g;

/** Characters that are seen. */
const width = (text: string): number => [...text.replace(ANSI, "")].length;

/** A text of at most so many characters, with an ellipsis where it was cut; colours go with the cut. */
export function cut(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  return `${[...text.replace(ANSI, "")].slice(0, Math.max(0, columns - 1)).join("")}…`;
}

/** Rows under a head, columns as wide as their widest cell; the last one is cut at the end of the line. */
export function table(
  io: Pick<Io, "color" | "columns">,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const widths = head.map((h, i) => Math.max(width(h), ...rows.map((r) => width(r[i] ?? ""))));
  const line = (cells: readonly string[]) => {
    const padded = cells.map((c, i) =>
      i === cells.length - 1 ? c : c + " ".repeat(Math.max(0, widths[i]! - width(c)))
    );
    return cut(padded.join("  "), io.columns).trimEnd();
  };
  return [paint(io, "gray", line(head)), ...rows.map(line)];
}
