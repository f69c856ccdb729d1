/** The commands that the documents show are ones that the program takes. @module */
import { assert, assertEquals } from "@std/assert";
import { called } from "../cli/args.ts";
import { commands } from "../cli/commands.ts";

const ROOT = new URL("../", import.meta.url);

/** Every `deno task …` of a text, in code of its own or within a line, with the words behind it. */
function shown(text: string): readonly string[] {
  const spans = [...text.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code!);
  const blocks = [...text.matchAll(/^```\w*\n(.*?)^```/gms)].flatMap(([, code]) =>
    code!.split("\n")
  );
  return [...spans, ...blocks].flatMap((line) => {
    const found = /(?:deno(?:@[\d.]+)? |^)task ([a-z][\w:-]*.*)$/.exec(line.trim())?.[1];
    return found === undefined ? [] : [found.replace(/\s+(#|<|\|\|?|&&)(\s.*)?$/, "").trim()];
  });
}

/** Words as a shell splits them; what may be left out, or stands for more, is left out. */
function wordsOf(line: string): readonly string[] {
  const words = [...line.replace(/\[[^\]]*\]/g, "").matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)];
  return words.filter(([, , , bare]) => bare !== "…").map(([, a, b, c]) => a ?? b ?? c!);
}

/** Why the program would not take it. */
function refusal(line: string): string | undefined {
  const [name, ...words] = wordsOf(line);
  const command = commands.find((c) => c.name === name);
  // A name alone is spoken of and not called. Programs of their own read their words themselves.
  if (command === undefined || command.takes[1] === Infinity || words.length === 0) {
    return undefined;
  }
  try {
    called(command, words);
  } catch (error) {
    return `${line}: ${(error as Error).message}`;
  }
}

Deno.test("the documents show commands as they are called", async () => {
  const guides = [...Deno.readDirSync(new URL("docs/guide", ROOT))].map((e) =>
    `docs/guide/${e.name}`
  );
  const lines: string[] = [];
  for (const name of ["README.md", ...guides]) {
    lines.push(...shown(await Deno.readTextFile(new URL(name, ROOT))));
  }
  assert(lines.length > 100, `${lines.length}`);
  assertEquals(lines.flatMap((line) => refusal(line) ?? []), []);
});
