/** What OpenLineage would hear of this project. @module */
import { assert, assertEquals } from "@std/assert";
import { upstreamOf } from "engine";
import { eventOf } from "../../../adapters/lineage/event.ts";
import { project } from "../../../project.ts";
import { official } from "./official.ts";

const context = { definitions: project, namespace: "aurora", version: "1.2.3" };

/** The success of every asset that is computed here. */
const events = project.assets.filter((a) => !a.external).map((asset) => {
  const inputs = Object.entries(asset.deps).map(([input, dep]) => ({
    input,
    asset: upstreamOf(dep).name,
    partition: "",
    version: "7",
    dataVersion: "d",
  }));
  const made = { version: "8", inputs, metadata: { rows: 3 } };
  return eventOf({
    seq: "1",
    at: new Date("2025-01-27T06:00:00Z"),
    ledger: "l",
    run: "1",
    job: "nightly",
    title: "",
    state: "success",
    error: null,
    step: { index: 0, asset: asset.name, partition: "", made },
  }, context);
});

Deno.test("events of every asset of the project are valid by the official schemas", async () => {
  assert(events.length > 10);
  assertEquals(events.flatMap(await official()), []);
});

Deno.test("every declared column of the project tells the columns that it is made from", () => {
  const asked = project.assets.filter((a) => !a.external && a.io.columns !== undefined);
  assert(asked.length >= 5, asked.map((a) => a.name).join());
  for (const { name, io } of asked) {
    const [output] = events.find((e) => e.job.name === name)!.outputs;
    const fields = output!.facets["columnLineage"]?.["fields"] ?? {};
    assertEquals(Object.keys(fields).toSorted(), Object.keys(io.columns!).toSorted(), name);
  }
});
