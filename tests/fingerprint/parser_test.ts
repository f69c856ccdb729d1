import { assertEquals, assertRejects } from "@std/assert";
import { parserApart, parserHere } from "../../fingerprint/parser.ts";

Deno.test("a file says the same whether it is read here or in a thread of its own", async () => {
  using here = parserHere();
  using apart = parserApart();
  for (const path of ["project.ts", "code.ts", "assets/features/activity.ts"]) {
    const text = await Deno.readTextFile(new URL(`../../${path}`, import.meta.url));
    assertEquals(await apart.summarise(path, text), await here.summarise(path, text));
  }
});

Deno.test("what is wrong in the thread is an error of the file", async () => {
  using apart = parserApart();
  const none = undefined as unknown as string;
  await assertRejects(() => apart.summarise("a.ts", none), Error, 'Cannot read "a.ts": ');
  assertEquals((await apart.summarise("b.ts", "export const b = 1;")).units.length, 1);
});
