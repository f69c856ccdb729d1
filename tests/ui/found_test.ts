import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createClient } from "../../ui/client.ts";
import { find, type Found, type Selection } from "../../ui/found.ts";
import { createSite } from "./site.ts";

async function found(query: string, rest: Partial<Selection> = {}): Promise<Found> {
  using site = createSite();
  const client = createClient(site.handle);
  const every = async () => (await client.lineage()).nodes;
  return await find(client, every, { query, statuses: [], ...rest });
}

const names = async (query: string, rest?: Partial<Selection>) =>
  (await found(query, rest)).cards.map((card) => card.name);

Deno.test("find() finds by part of a name, group, kind and status", async () => {
  assertEquals(await names("circ"), ["features/circadian"]);
  assertEquals((await names("group:models")).length, 4);
  assertEquals(await names("status:failed"), ["models/mood", "quality/drift"]);
  assertEquals(await names("group:models & kind:xgboost"), ["models/energy", "models/stress"]);
  assertEquals(await names("", { statuses: ["running"] }), [
    "features/circadian",
    "predictions/energy",
  ]);
  assertEquals(await names("group:models", { statuses: ["failed"] }), ["models/mood"]);
});

Deno.test("find() follows edges up and down for a plus", async () => {
  assertEquals(await names("+features/exercise"), ["source/life_events", "features/exercise"]);
  assertEquals((await names("predictions/saved+")).length, 5);
});

Deno.test("find() tells why a query cannot be read, and finds nothing by it", async () => {
  const { all, cards, problem = "" } = await found("colour:red");
  assertEquals([all, cards], [false, []]);
  assertStringIncludes(problem, '"colour:" is no field here');
  assertStringIncludes((await found("(mood")).problem ?? "", "not closed at column 1");
  const near = await found("group:model");
  assertEquals(
    near.problem,
    'Cannot find group: "model" does not exist. Did you mean "models"?',
  );
});

Deno.test("find() means everything when nothing is said", async () => {
  const { all, cards } = await found(" ");
  assert(all);
  assertEquals(cards.length, 30);
  assert(!(await found("", { statuses: ["stale"] })).all);
});
