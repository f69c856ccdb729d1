/** Alert rules and dashboard: sound, and about metrics that exist. @module */
import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { parse } from "yaml";
import { CATALOGUE } from "../../../adapters/telemetry/catalogue.ts";
import type { Metric } from "../../../adapters/telemetry/exposition.ts";
import { metrics } from "../../../assets/metrics.ts";
import { promtoolSays } from "../../services/promtool.ts";

const path = (name: string) => fromFileUrl(new URL(`../../../${name}`, import.meta.url));
const read = (name: string) => Deno.readTextFile(path(name));

const all: readonly Metric[] = [...Object.values(CATALOGUE), ...metrics];
const series = new Set(all.flatMap(({ name, type }) => {
  if (type === "histogram") return ["_bucket", "_sum", "_count"].map((s) => name + s);
  return type === "summary" ? [`${name}_sum`, `${name}_count`] : [name];
}));

interface Rule {
  readonly alert: string;
  readonly expr: string;
}

async function rules(): Promise<readonly Rule[]> {
  const { groups } = parse(await read("docker/prometheus/alerts.yaml")) as {
    readonly groups: readonly { readonly rules: readonly Rule[] }[];
  };
  return groups.flatMap((g) => g.rules);
}

interface Panel {
  readonly id: number;
  readonly targets?: readonly { readonly expr: string }[];
}

async function dashboard(): Promise<readonly Panel[]> {
  return (JSON.parse(await read("docker/grafana/aurora.json")) as { panels: Panel[] }).panels;
}

/** Words of an expression that are metrics of the program. */
const namedIn = (expr: string) => expr.match(/\b(?:aurora|process)_\w+/g) ?? [];

Deno.test("the alert rules pass promtool's check and their tests", async () => {
  for (const name of ["prometheus", "compose"]) {
    const config = path(`docker/prometheus/${name}.yaml`);
    // The file of the token is where the program runs.
    assertEquals(await promtoolSays(["check", "config", "--syntax-only", config]), "", name);
  }
  assertEquals(
    await promtoolSays(["test", "rules", path("docker/prometheus/alerts_test.yaml")]),
    "",
  );
});

Deno.test("every alert rule has a test in which it fires", async () => {
  const tests = await read("docker/prometheus/alerts_test.yaml");
  const firing = [...tests.matchAll(/- alertname: (\w+)/g)].map(([, name]) => name!);
  assertEquals((await rules()).map((r) => r.alert).sort(), [...new Set(firing)].sort());
});

Deno.test("alert rules and dashboard name metrics that exist", async () => {
  const exprs = [
    ...(await rules()).map((r) => r.expr),
    ...(await dashboard()).flatMap((p) => (p.targets ?? []).map((t) => t.expr)),
  ];
  const named = exprs.flatMap(namedIn);
  assert(named.length > exprs.length / 2);
  assertEquals(named.filter((name) => !series.has(name)), []);
});

Deno.test("the dashboard shows every metric, by expressions that Prometheus understands", async () => {
  const panels = await dashboard();
  assertEquals(new Set(panels.map((p) => p.id)).size, panels.length);
  const exprs = panels.flatMap((p) => (p.targets ?? []).map((t) => t.expr));
  const shown = new Set(exprs.flatMap(namedIn));
  const missing = all.filter(({ name }) => ![...shown].some((s) => s.startsWith(name)));
  assertEquals(missing.map((m) => m.name), ["process_start_time_seconds"]);
  const records = exprs.map((expr, i) => ({
    record: `panel:${i}`,
    expr: expr.replaceAll("$__rate_interval", "5m"),
  }));
  const file = await Deno.makeTempFile({ suffix: ".json" });
  await Deno.writeTextFile(file, JSON.stringify({ groups: [{ name: "panels", rules: records }] }));
  assertEquals(await promtoolSays(["check", "rules", file]), "");
  await Deno.remove(file);
});

Deno.test("the guide says of every alert rule what to do", async () => {
  const guide = await read("docs/guide/telemetry.md");
  const told = [...guide.matchAll(/^\| `(Aurora\w+)`/gm)].map(([, name]) => name!);
  assertEquals(told.sort(), (await rules()).map((r) => r.alert).sort());
});
