import { assertEquals } from "@std/assert";
import { judge } from "../../../engine/decide/judge.ts";
import { withRequired } from "../../../engine/decide/required.ts";
import { targets } from "../../../engine/decide/targets.ts";
import { builtNewest, graph, now, Remembered } from "./fixtures.ts";

function completed(remembered: Remembered, selection: string): string[] {
  const g = graph();
  const judgement = judge({ definitions: g.definitions, slices: remembered.slices, now });
  const asked = targets(g.definitions, judgement, { selection });
  return withRequired(g.definitions, asked, { judgement }).map((t) =>
    `${t.asset.name} ${t.partition}`
  );
}

Deno.test("withRequired() adds what is read and was never built, all the way up, but nothing of others", () => {
  assertEquals(completed(new Remembered(), "online/mood"), [
    "features/activity 2025-01-03",
    "models/mood 2025-01-03",
    "online/mood 2025-01-04T06",
  ]);
});

Deno.test("withRequired() adds nothing that is built or asked for", () => {
  assertEquals(completed(builtNewest(graph()), "online/mood"), ["online/mood 2025-01-04T06"]);
  assertEquals(completed(new Remembered(), "models/mood features/activity").length, 2);
});

Deno.test("withRequired() is content with an older slice where the newest that exists is read", () => {
  const g = graph();
  const older = new Remembered().build(g.features, "2025-01-01", "f").build(
    g.model,
    "2025-01-01",
    "m",
  );
  assertEquals(completed(older, "online/mood"), ["online/mood 2025-01-04T06"]);
});
