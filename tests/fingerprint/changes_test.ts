import { assertEquals } from "@std/assert";
import { changesOf, type Reached } from "../../fingerprint/mod.ts";

const piece = (id: string, hash: string): Reached => ({ id, hash });

Deno.test("changesOf() names pieces that changed, came and went, in that order", () => {
  const before = [piece("a.ts#f", "1"), piece("a.ts#g", "1"), piece("data:a.sql", "1")];
  const after = [piece("a.ts#f", "2"), piece("a.ts#h", "1"), piece("data:a.sql", "2")];
  assertEquals(
    changesOf(before, after),
    "`f` (a.ts) changed, a.sql changed, `h` (a.ts) is new, 1 more",
  );
});

Deno.test("changesOf() tells a package by its versions, once", () => {
  const before = [piece("npm:zod#z", "4.1.0 aaaaaa"), piece("npm:zod#ZodError", "4.1.0 aaaaaa")];
  const after = [piece("npm:zod#z", "4.2.0 bbbbbb"), piece("npm:zod#ZodError", "4.2.0 bbbbbb")];
  assertEquals(changesOf(before, after), "npm:zod went from 4.1.0 to 4.2.0");
  const below = [piece("npm:zod#z", "4.1.0 cccccc"), piece("npm:zod#ZodError", "4.1.0 cccccc")];
  assertEquals(changesOf(before, below), "what npm:zod 4.1.0 needs changed");
});

Deno.test("changesOf() says nothing where nothing changed", () => {
  assertEquals(changesOf([piece("a.ts#f", "1")], [piece("a.ts#f", "1")]), undefined);
});
