/** The guide tells of the metrics that there are. @module */
import { assertEquals } from "@std/assert";
import { CATALOGUE } from "../../../adapters/telemetry/catalogue.ts";
import type { Metric } from "../../../adapters/telemetry/exposition.ts";
import { metrics } from "../../../assets/metrics.ts";
import { project } from "../../../project.ts";

const GUIDE = new URL("../../../docs/guide/telemetry.md", import.meta.url);
const all: readonly Metric[] = [...Object.values(CATALOGUE), ...metrics];

Deno.test("the guide tells name, type and labels of every metric, and of no other", async () => {
  const told = [...(await Deno.readTextFile(GUIDE)).matchAll(
    /^\| `([a-z_]+)` +\| (counter|gauge|histogram|summary) +\| ([^|]*)\|/gm,
  )].map(([, name, type, labels]) =>
    [name, type, ...[...labels!.matchAll(/`(\w+)`/g)].map(([, label]) => label)].join(" ")
  );
  const exposed = all.map((m) => [m.name, m.type, ...m.labels].join(" "));
  assertEquals(told.sort(), exposed.sort());
});

Deno.test("the metrics of the project name assets that exist", () => {
  const known = new Set(project.assets.map((a) => a.name));
  const named = metrics.flatMap((m) => m.values.map((v) => v.asset));
  assertEquals(named.filter((name) => !known.has(name)), []);
});
