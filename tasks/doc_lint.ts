// deno-lint-ignore-file no-console
/**
 * `deno task doc:lint`: what the doors export is documented, and names no type that they hide.
 *
 * `deno doc --lint` also asks for a comment on every member of an interface. Ours have one where
 * the name, type and unit do not say it, so members are let through.
 * @module
 */
import { fromFileUrl } from "@std/path";

const DOORS = ["engine/mod.ts", "engine/testing.ts", "ml/mod.ts", "fingerprint/mod.ts"];

/** One complaint of `deno doc --lint`: the rule and the text, and the place in a file. */
export interface Complaint {
  readonly text: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Reads what `deno doc --lint` prints, without colours. */
export function complaints(output: string): readonly Complaint[] {
  const found = output.matchAll(/^error(\[.*\n?.*)\n\s*--> (.+):(\d+):(\d+)$/gm);
  return [...found].map(([, text, file, line, column]) => ({
    text: text!,
    file: file!,
    line: Number(line),
    column: Number(column),
  }));
}

/** A member without a comment: the rule, away from the beginning of the line. */
export function isMember({ text, column }: Complaint): boolean {
  return text.startsWith("[missing-jsdoc]") && column > 1;
}

if (import.meta.main) {
  const { code, stderr, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--lint", ...DOORS],
    cwd: fromFileUrl(new URL("../", import.meta.url)),
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const output = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  const all = complaints(output);
  const wrong = all.filter((complaint) => !isMember(complaint));
  for (const { text, file, line } of wrong) console.error(`${file}:${line} ${text}`);
  // It found something that it printed in a way that we do not read: show it rather than pass.
  const isUnread = code !== 0 && all.length === 0;
  if (isUnread) console.error(output);
  if (wrong.length > 0 || isUnread) Deno.exit(1);
  console.log(`${DOORS.join(", ")}: documented, no private type shows`);
}
