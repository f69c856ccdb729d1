import { assertEquals, assertThrows } from "@std/assert";
import { asset, define, DefinitionError } from "engine";

Deno.test("define() refuses limits that cannot be kept, all at once", () => {
  const limited = (name: string, limits: { timeout: "0s" | "30d"; memory: number }) =>
    asset({ name, ...limits, materialize: () => 1 });
  const a = limited("a", { timeout: "0s", memory: 512 });
  const b = limited("b", { timeout: "30d", memory: NaN });
  const { problems } = assertThrows(() => define({ a, b }), DefinitionError);
  assertEquals(problems.map((p) => p.message), [
    'Cannot keep the timeout of "a": 0 ms found, it is more than 0 and at most 24 days',
    'Cannot keep the memory of "a": 512 bytes found, its process needs at least 200 MB (2e8)',
    'Cannot keep the timeout of "b": 2592000000 ms found, it is more than 0 and at most 24 days',
    'Cannot keep the memory of "b": NaN bytes found, its process needs at least 200 MB (2e8)',
  ]);
});

Deno.test("define() refuses a grace after which nobody can be killed", () => {
  const a = asset({ name: "a", grace: "5s", materialize: () => 1 });
  assertThrows(() => define({ a }), DefinitionError, "runs in the worker and cannot be killed");
});

Deno.test("define() takes limits that can be kept, and none", () => {
  const a = asset({ name: "a", timeout: "24d", grace: "10s", memory: 2e8, materialize: () => 1 });
  assertEquals(define({ a }).assets, [a]);
});
