import { assertEquals, assertNotEquals } from "@std/assert";
import { merkle, type Node } from "../../../fingerprint/link/merkle.ts";

/** A graph written as `[id, own, …refs]`. */
const graph = (...nodes: readonly (readonly [string, string, ...string[]])[]) =>
  merkle(new Map(nodes.map(([id, own, ...refs]): [string, Node] => [id, { id, own, refs }])));

Deno.test("merkle() does not depend on ids", () => {
  const one = graph(["a", "f", "b"], ["b", "g"]);
  const other = graph(["x", "g"], ["y", "f", "x"]);
  assertEquals([one.get("a"), one.get("b")], [other.get("y"), other.get("x")]);
});

Deno.test("merkle() tells the order of references, and what is far below", () => {
  const deep = (own: string) => graph(["a", "f", "b"], ["b", "g", "c"], ["c", own]).get("a");
  assertNotEquals(deep("1"), deep("2"));
  const two = (...refs: string[]) => graph(["a", "f", ...refs], ["b", "1"], ["c", "2"]).get("a");
  assertNotEquals(two("b", "c"), two("c", "b"));
});

Deno.test("merkle() hashes cycles, whatever their names and their order", () => {
  const one = graph(["a", "even", "b"], ["b", "odd", "a"]);
  const other = graph(["y", "odd", "x"], ["x", "even", "y"]);
  assertEquals(one.get("a"), other.get("x"));
  assertNotEquals(one.get("a"), one.get("b"));
  assertNotEquals(graph(["a", "even", "b"], ["b", "odd!", "a"]).get("a"), one.get("a"));
  assertNotEquals(graph(["a", "f", "a"]).get("a"), graph(["a", "f"]).get("a"));
});

Deno.test("merkle() takes chains that are longer than a stack is deep", () => {
  const n = 50_000;
  const chain = Array.from({ length: n }, (_, i) => [`${i}`, "f", ...(i ? [`${i - 1}`] : [])]);
  assertEquals(graph(...chain as [string, string][]).size, n);
});
