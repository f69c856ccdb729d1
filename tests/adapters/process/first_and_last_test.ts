import { assert, assertEquals } from "@std/assert";
import { FirstAndLast } from "../../../adapters/process/first_and_last.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** What is kept of these pieces, three lines from each end. */
function kept(pieces: readonly string[], size = 1_000) {
  const said: string[] = [];
  const output = new FirstAndLast(
    { first: { lines: 3, bytes: size }, last: { lines: 3, bytes: size } },
    {
      line: (text) => said.push(text),
      dropped: (lines, lost) => said.push(`-- ${lines} lines, ${lost} bytes --`),
    },
  );
  pieces.forEach((piece) => output.take(bytes(piece)));
  output.end();
  return said;
}

Deno.test("FirstAndLast passes on all of a short output, whatever its pieces", () => {
  assertEquals(kept(["a\\nb", "c\\n", "d"].map((p) => p.replace("\\n", "\n"))), ["a", "bc", "d"]);
  assertEquals(kept(["ä\nb\n"]), ["ä", "b"]);
  assertEquals(kept([]), []);
});

Deno.test("FirstAndLast keeps a character that two pieces share", () => {
  const said: string[] = [];
  const one = { lines: 9, bytes: 99 };
  const output = new FirstAndLast({ first: one, last: one }, {
    line: (text) => said.push(text),
    dropped() {},
  });
  for (const byte of bytes("grün\n")) output.take(Uint8Array.of(byte));
  output.end();
  assertEquals(said, ["grün"]);
});

Deno.test("FirstAndLast leaves out the middle and counts it", () => {
  const lines = Array.from({ length: 10 }, (_, i) => `line ${i}`);
  assertEquals(kept([lines.join("\n") + "\n"]), [
    ...lines.slice(0, 3),
    "-- 4 lines, 28 bytes --",
    ...lines.slice(7),
  ]);
  assertEquals(kept(lines.map((l) => `${l}\n`)), [
    ...lines.slice(0, 3),
    "-- 4 lines, 28 bytes --",
    ...lines.slice(7),
  ]);
});

Deno.test("FirstAndLast leaves out nothing between the first lines and the last ones that touch", () => {
  assertEquals(kept(["1\n2\n3\n4\n5\n6\n"]), ["1", "2", "3", "4", "5", "6"]);
});

Deno.test("FirstAndLast holds little of a line that never ends, and its end", () => {
  const said = kept([...Array.from({ length: 1_000 }, () => "x".repeat(100)), "end\n"]);
  assertEquals(said.length, 2);
  assert(said[1]!.endsWith("xend") && said[1]!.length <= 1_100);
});

Deno.test("FirstAndLast takes 1 GB in seconds", () => {
  let kept = 0;
  const some = { lines: 1_000, bytes: 100_000 };
  const output = new FirstAndLast({ first: some, last: some }, {
    line: (text) => kept += text.length,
    dropped() {},
  });
  const piece = bytes(`${"x".repeat(99)}\n`.repeat(655));
  const began = performance.now();
  for (let i = 0; i < 16_000; i++) output.take(piece);
  output.end();
  assert(kept < 400_000);
  assert(performance.now() - began < 20_000);
});
