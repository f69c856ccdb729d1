/** The guide tells of the metrics that there are. @module */
import { assert, assertEquals } from "@std/assert";
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

/** What was promised to be monitored, and by what. */
const PROMISED: Readonly<Record<string, readonly string[]>> = {
  "run duration": ["aurora_run_duration_seconds"],
  "task duration": ["aurora_step_duration_seconds"],
  "task success rate": ["aurora_steps_total", "aurora_runs_total"],
  "quality scores": ["aurora_quality_score", "aurora_quality_findings"],
  "training metrics": ["aurora_training_metric"],
  "prediction counts": ["aurora_predictions_total"],
  "freshness lag": ["aurora_freshness_lag_seconds"],
  "queue": ["aurora_queue_steps", "aurora_queue_oldest_step_seconds"],
  "pools": ["aurora_pool_slots_taken", "aurora_pool_steps_waiting"],
  "outbox": ["aurora_outbox_unsent_events", "aurora_outbox_lag_seconds"],
  "resource utilization": ["aurora_worker_slots_taken", "aurora_database_connections"],
};

Deno.test("what was promised to be monitored has a metric, and a panel of the dashboard", async () => {
  const board = await Deno.readTextFile(
    new URL("../../../docker/grafana/aurora.json", import.meta.url),
  );
  const names = new Set(all.map((m) => m.name));
  for (const [promise, metrics] of Object.entries(PROMISED)) {
    for (const name of metrics) {
      assert(names.has(name), `${promise}: there is no ${name}`);
      assert(board.includes(name), `${promise}: no panel shows ${name}`);
    }
  }
});

Deno.test("the metrics of the project name assets that exist", () => {
  const known = new Set(project.assets.map((a) => a.name));
  const named = metrics.flatMap((m) => m.values.map((v) => v.asset));
  assertEquals(named.filter((name) => !known.has(name)), []);
});
