import { assertEquals } from "@std/assert";
import { complaints, isMember } from "../../tasks/doc_lint.ts";

const OUTPUT = `error[missing-jsdoc]: exported symbol is missing JSDoc documentation
 --> /home/me/engine/feature/cache.ts:5:12
  |
5 |   readonly key: string;
  |            ^


error[missing-jsdoc]: exported symbol is missing JSDoc documentation
  --> /home/me/engine/a.ts:29:1
   |
29 | export function a() {}


error[private-type-ref]: public type 'a' references private type 'B'
   --> /home/me/engine/a.ts:38:1
    |
`;

Deno.test("complaints() reads rule, file and place", () => {
  assertEquals(complaints(OUTPUT).map(({ file, line, column }) => `${file}:${line}:${column}`), [
    "/home/me/engine/feature/cache.ts:5:12",
    "/home/me/engine/a.ts:29:1",
    "/home/me/engine/a.ts:38:1",
  ]);
});

Deno.test("isMember() lets members pass, and neither exports nor hidden types", () => {
  assertEquals(complaints(OUTPUT).map(isMember), [true, false, false]);
});
