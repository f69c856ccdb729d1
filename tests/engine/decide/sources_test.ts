import { assertEquals } from "@std/assert";
import { judge } from "../../../engine/decide/judge.ts";
import { withSources } from "../../../engine/decide/sources.ts";
import { targets } from "../../../engine/decide/targets.ts";
import { builtNewest, graph, now, Remembered } from "./fixtures.ts";

function added(remembered: Remembered, selection: string): string[] {
  const g = graph();
  const judgement = judge({ definitions: g.definitions, slices: remembered.slices, now });
  const asked = targets(g.definitions, judgement, { selection });
  return withSources(g.definitions, asked, judgement).map((t) => t.asset.name);
}

Deno.test("withSources() adds what is read and was never observed, upstream first", () => {
  assertEquals(added(new Remembered(), "features/activity"), ["source/users", "features/activity"]);
});

Deno.test("withSources() adds nothing that was observed, asked for, or is not read", () => {
  assertEquals(added(builtNewest(graph()), "features/activity"), ["features/activity"]);
  assertEquals(added(new Remembered(), "+features/activity"), [
    "source/users",
    "features/activity",
  ]);
  assertEquals(added(new Remembered(), "models/mood"), ["models/mood"]);
});
