import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { SimulationView } from "engine";
import { bench } from "../engine/run/service_fixture.ts";
import { call, fakeApp } from "./fake.ts";

Deno.test("simulate shows runs, waiting and late assets of days to come, and changes nothing", async () => {
  const b = bench();
  const app = fakeApp(b);
  await call(app, "materialize * --wait");
  const facts = await b.ledger.newestFact();
  const { code, out, err } = await call(
    app,
    "simulate --days 3 --from 2025-01-28T12:00:00Z --assume 90s --slots 1",
  );
  assertEquals(code, 0, err);
  const lines = out.split("\n");
  assertEquals(
    lines[0],
    "2025-01-28 12:00 to 2025-01-31 12:00 UTC, simulated: nothing was changed",
  );
  assertEquals(lines[1], "3 ticks, 3 runs");
  assertStringIncludes(out, "ml_training_pipeline  3");
  assertEquals(await b.ledger.newestFact(), facts);
});

Deno.test("simulate --json gives every run with its instants", async () => {
  const app = fakeApp(bench());
  const { json, code } = await call(app, "simulate --days 1 --from 2025-01-28T00:00:00Z --json");
  assertEquals(code, 0);
  const { runs, assumed, broken } = json<SimulationView>();
  assertEquals(runs.map((r) => [r.by, r.partition, String(r.createdAt), r.state]), [
    ["ml_training_pipeline", "2025-01-27", "2025-01-28T02:00:00.000Z", "success"],
  ]);
  assertEquals(assumed, ["features/activity", "models/mood"]);
  assertEquals(broken, []);
});

Deno.test("simulate leaves out what is paused", async () => {
  const b = bench();
  const app = fakeApp(b);
  await call(app, "pause schedule:ml_training_pipeline");
  const { json } = await call(app, "simulate --days 2 --from 2025-01-28T00:00:00Z --json");
  assertEquals(json<SimulationView>().runs, []);
});

Deno.test("simulate says what it assumed, and refuses what is no number of days, slots or instant", async () => {
  const app = fakeApp(bench());
  const { err } = await call(app, "simulate --days 1 --from 2025-01-28T00:00:00Z");
  assertStringIncludes(err, "Assumed 30 s for features/activity, models/mood: never ran");
  for (
    const wrong of [
      "--days many",
      "--slots 0",
      "--from monday",
      "--from 2025-01-27T06:00",
      "--assume long",
    ]
  ) {
    const refused = await call(app, `simulate ${wrong}`);
    assertEquals(refused.code, 2, wrong);
    assert(refused.err.includes(wrong.split(" ")[1]!), refused.err);
  }
});
