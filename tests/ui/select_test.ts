import { assert, assertEquals } from "@std/assert";
import { isEverything, select } from "../../ui/select.ts";
import { FakeService } from "./fake_service.ts";

const graph = await new FakeService().lineage();
const find = (query: string, statuses: readonly string[] = []) =>
  select(graph, { query, statuses });

Deno.test("select() finds by part of a name, group, kind and status", () => {
  assertEquals(find("circ"), ["features/circadian"]);
  assertEquals(find("group:models").length, 4);
  assertEquals(find("status:failed"), ["models/mood", "quality/drift"]);
  assertEquals(find("group:models kind:xgboost"), ["models/energy", "models/stress"]);
  assertEquals(find("", ["running"]), ["features/circadian", "predictions/energy"]);
});

Deno.test("select() follows edges up and down for a plus", () => {
  assertEquals(find("+features/exercise"), ["source/life_events", "features/exercise"]);
  assertEquals(find("predictions/saved+"), [
    "predictions/saved",
    "predictions/cached",
    "predictions/published",
    "quality/calibration",
    "quality/latency",
  ]);
});

Deno.test("select() finds nothing for a field that does not exist", () => {
  assertEquals(find("colour:red"), []);
});

Deno.test("select() means everything when nothing is said", () => {
  assertEquals(find("").length, 30);
  assert(isEverything({ query: " ", statuses: [] }));
  assert(!isEverything({ query: "", statuses: ["stale"] }));
});
