import { assert, assertEquals } from "@std/assert";
import { project } from "../../../ui/layout/graph.ts";
import { createLayoutEngine } from "../../../ui/layout/mod.ts";
import { FakeService } from "../fake_service.ts";

const { nodes, edges, hash } = await new FakeService().lineage();

Deno.test("project() makes one node of a collapsed group, and no edge inside it", () => {
  const graph = project({ nodes, edges }, new Set(["models", "quality"]));
  assertEquals(graph.nodes.length, 30 - 4 - 5 + 2);
  assert(graph.nodes.some((node) => node.name === "group:models"));
  assert(graph.edges.every((edge) => edge.from !== edge.to));
  const pairs = graph.edges.map((edge) => `${edge.from} ${edge.to}`);
  assertEquals(new Set(pairs).size, pairs.length);
});

Deno.test("layout() places every node inside the stage, without two overlapping", async () => {
  using engine = createLayoutEngine();
  const layout = await engine.layout({ nodes, edges }, hash, new Set());
  assertEquals(layout.nodes.length, 30);
  assertEquals(layout.groups.length, 6);
  assertEquals(layout.edges.length, edges.length);
  for (const a of layout.nodes) {
    assert(a.x >= 0 && a.y >= 0 && a.x + a.w <= layout.w && a.y + a.h <= layout.h, a.id);
    for (const b of layout.nodes) {
      const apart = a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y;
      assert(a === b || apart, `${a.id} and ${b.id}`);
    }
  }
});

Deno.test("layout() keeps what it computed for the same graph and collapsed groups", async () => {
  using engine = createLayoutEngine();
  const first = engine.layout({ nodes, edges }, hash, new Set(["models"]));
  assert(first === engine.layout({ nodes, edges }, hash, new Set(["models"])));
  assert(first !== engine.layout({ nodes, edges }, "other", new Set(["models"])));
  assertEquals((await first).nodes.length, 27);
});
