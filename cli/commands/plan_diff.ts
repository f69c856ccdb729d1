/**
 * `plan --diff REF`: what lies between the definitions of another revision and these.
 *
 * @module
 */
import { type DefinitionsDiff, diffDefinitions } from "engine";
import { changesOf } from "../../fingerprint/mod.ts";
import { EXIT, type Setting } from "../command.ts";
import { describedAt, describedAtRevision } from "../revision.ts";
import { many } from "../words.ts";
import { json } from "../with_app.ts";

/** The difference as Markdown that reads well as plain text too: what a pull request shows. */
export function diffText(diff: DefinitionsDiff, revision: string): readonly string[] {
  const { added, removed, changed, stale } = diff;
  if (added.length + removed.length + changed.length === 0) {
    return [`The definitions are those of ${revision}`];
  }
  const section = (title: string, lines: readonly string[]) =>
    lines.length ? ["", `**${title}**`, "", ...lines.map((l) => `- ${l}`)] : [];
  const isChanged = new Set(changed.map((c) => c.name));
  const counts = [
    added.length ? `${added.length} added` : "",
    removed.length ? `${removed.length} removed` : "",
    changed.length ? `${changed.length} changed` : "",
  ].filter(Boolean).join(", ");
  return [
    `Against ${revision}: ${counts}; ${many(stale.length, "asset")} ${
      stale.length === 1 ? "becomes" : "become"
    } stale`,
    ...section("Added", added),
    ...section("Removed", removed),
    ...section("Changed", changed.map((c) => `${c.name}: ${c.changes.map(wordsOf).join("; ")}`)),
    ...section(
      "Becomes stale",
      stale.map((s) => isChanged.has(s.asset) ? s.asset : `${s.asset}: ${s.because}`),
    ),
  ];
}

const wordsOf = ({ words }: { readonly words: string }) => words;

/** Prints the difference; needs no database. */
export async function planDiff(
  { called, io }: Pick<Setting, "called" | "io">,
  root: string,
  revision: string,
): Promise<number> {
  const [before, after] = await Promise.all([
    describedAtRevision(root, revision),
    describedAt(root, "the files here"),
  ]);
  const diff = diffDefinitions(before, after, changesOf);
  if (called.on("json")) io.out(json(diff));
  else diffText(diff, revision).forEach((line) => io.out(line));
  return EXIT.ok;
}
