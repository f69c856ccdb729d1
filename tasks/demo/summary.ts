/**
 * What the demo came to.
 *
 * @module
 */
import type { Seeded } from "../../assets/demo/seed.ts";
import type { App } from "../../compose.ts";
import type { JobOutcome } from "./run_job.ts";

/** The summary, as `--json` prints it. */
export interface Summary {
  readonly jobs: {
    readonly [name: string]: {
      readonly status: string;
      readonly seconds: number;
      readonly steps: number;
    };
  };
  readonly users: number;
  readonly events: number;
  readonly features: { readonly rows: number };
  readonly predictions: {
    readonly energy: number;
    readonly mood: number;
    readonly sleep_quality: number;
  };
  readonly models: {
    readonly [name: string]: {
      readonly mae: number;
      readonly baseline_mae: number;
      readonly parity_max_abs_diff: number;
      readonly version: string;
    };
  };
  readonly quality: {
    readonly planted: number;
    readonly found: number;
    readonly critical: number;
    readonly error: number;
    readonly warning: number;
  };
  readonly seconds: number;
}

/** What is known when the jobs have ended. */
export interface Known {
  readonly people: Seeded;
  readonly outcomes: readonly JobOutcome[];
  readonly seconds: number;
}

const rounded = (n: number, digits: number) => Number(n.toFixed(digits));

/** Reads what the jobs made. */
export async function summaryOf(app: App, known: Known): Promise<Summary> {
  const { people, outcomes } = known;
  return {
    jobs: Object.fromEntries(outcomes.map((o) => [o.job, {
      status: o.run.run.status,
      seconds: rounded(o.seconds, 2),
      steps: o.run.steps.length,
    }])),
    users: people.users,
    events: people.events,
    features: { rows: await featureRows(app, outcomes) },
    predictions: await predictionCounts(app),
    models: await modelFigures(app),
    quality: await qualityFigures(app, people),
    seconds: rounded(known.seconds, 2),
  };
}

/** Rows of the snapshot that the feature job made: one a user. */
async function featureRows(app: App, outcomes: readonly JobOutcome[]): Promise<number> {
  const step = outcomes.flatMap((o) => o.run.steps).find((s) => s.asset === "features/activity");
  if (!step?.partition) return 0;
  const asset = app.definitions.asset(step.asset);
  const end = asset.partitions.span(asset.partitions.parse(step.partition))![1];
  const [row] = await app.sql<{ n: number }[]>`
    select count(*)::int as n from features.user_activity where as_of = ${end}`;
  return row!.n;
}

async function predictionCounts(app: App): Promise<Summary["predictions"]> {
  const rows = await app.sql<{ kind: string; n: number }[]>`
    select kind, count(*)::int as n from predictions.prediction
    where partition = (select max(partition) from predictions.prediction) group by kind`;
  const of = (kind: string) => rows.find((r) => r.kind === kind)?.n ?? 0;
  return { energy: of("energy"), mood: of("mood"), sleep_quality: of("sleep_quality") };
}

async function modelFigures(app: App): Promise<Summary["models"]> {
  const names = ["energy", "mood", "sleep_quality"];
  const figures = await Promise.all(names.map(async (name) => {
    const [newest] = await app.ledger.history(`models/${name}`, { limit: 1 });
    const m = newest?.metadata ?? {};
    return [name, {
      mae: rounded(Number(m["mae"]), 4),
      baseline_mae: rounded(Number(m["baseline_mae"]), 4),
      parity_max_abs_diff: Number(m["parity_max_abs_diff"]),
      version: String(m["model_version"]),
    }] as const;
  }));
  return Object.fromEntries(figures);
}

/** Found counts as equal only where it is equal rule by rule. */
async function qualityFigures(app: App, people: Seeded): Promise<Summary["quality"]> {
  const report = await app.service.quality();
  const planted = people.planted as { readonly [rule: string]: number };
  const total = Object.values(planted).reduce((a, b) => a + b, 0);
  const rules = report?.rules ?? [];
  const differs = rules.filter((r) => r.found !== (planted[r.rule] ?? 0));
  if (differs.length > 0) {
    const words = differs.map((r) =>
      `${r.rule}: found ${r.found}, planted ${planted[r.rule] ?? 0}`
    );
    throw new Error(`The quality report differs from what was planted: ${words.join("; ")}`);
  }
  const found = rules.reduce((sum, r) => sum + r.found, 0);
  const { critical, error, warning } = report?.found ?? { critical: 0, error: 0, warning: 0 };
  return { planted: total, found, critical, error, warning };
}

/** The summary for people. */
export function summaryText(s: Summary): string {
  const jobs = Object.entries(s.jobs).map(([name, j]) =>
    `  ${name.padEnd(30)} ${j.status.padEnd(8)} ${String(j.steps).padStart(2)} steps ${
      j.seconds.toFixed(1).padStart(6)
    } s`
  );
  const models = Object.entries(s.models).map(([name, m]) =>
    `  ${name.padEnd(15)} MAE ${m.mae.toFixed(3)}, best baseline ${m.baseline_mae.toFixed(3)}, ` +
    `ONNX parity ${m.parity_max_abs_diff.toExponential(1)}, version ${m.version}`
  );
  const { predictions: p, quality: q } = s;
  return [
    "Jobs",
    ...jobs,
    "Models",
    ...models,
    `Features     ${s.features.rows} rows`,
    `Predictions  ${p.energy} energy, ${p.mood} mood, ${p.sleep_quality} sleep quality`,
    `Quality      ${q.found} of ${q.planted} planted faults found: ${q.critical} critical, ${q.error} errors, ${q.warning} warnings`,
    `In all       ${s.seconds.toFixed(1)} s`,
  ].join("\n");
}
