// The population of the fake service: thirty assets in six groups, with every status among them.
import { type Asset, asset, type AssetStatus } from "engine";

/** One asset of the fake. */
export interface FakeAsset {
  readonly name: string;
  readonly kind: string;
  readonly upstream: readonly string[];
  status: AssetStatus;
  /** Hours since it was last built; null if it never was. */
  hours: number | null;
  readonly partitions: "daily" | "six-hourly" | null;
}

function row(
  name: string,
  kind: string,
  upstream: string,
  status: AssetStatus,
  hours: number | null,
  partitions: FakeAsset["partitions"] = "daily",
): FakeAsset {
  const names = upstream === "" ? [] : upstream.split(" ");
  return { name, kind, upstream: names, status, hours, partitions };
}

/** A fresh copy, so that a test cannot spoil another one's. */
export function fakeAssets(): FakeAsset[] {
  return [
    row("source/life_events", "postgres", "", "fresh", 0.1, null),
    row("source/users", "postgres", "", "fresh", 0.2, null),
    row("source/integrations", "postgres", "", "stale", 1.3, null),
    row("source/gamification", "postgres", "", "fresh", 0.2, null),
    row("features/activity", "sql", "source/life_events source/users", "fresh", 2, "six-hourly"),
    row("features/sleep", "sql", "source/life_events source/users", "stale", 7, "six-hourly"),
    row("features/exercise", "sql", "source/life_events", "fresh", 2, "six-hourly"),
    row("features/social", "sql", "source/life_events source/users", "fresh", 2, "six-hourly"),
    row("features/circadian", "sql", "features/sleep", "running", 8, "six-hourly"),
    row(
      "features/online",
      "redis",
      "features/activity features/sleep features/exercise features/social",
      "stale",
      8,
      "six-hourly",
    ),
    row("training/extract_training_data", "sql", "source/life_events source/users", "fresh", 20),
    row("training/engineered", "arrow", "training/extract_training_data", "fresh", 20),
    row("models/energy", "xgboost", "training/engineered", "fresh", 19),
    row("models/mood", "lightgbm", "training/engineered", "failed", 43),
    row("models/sleep_quality", "onnx", "training/engineered", "fresh", 19),
    row("models/stress", "xgboost", "training/engineered", "fresh", 18),
    row(
      "training/published",
      "kafka",
      "models/energy models/mood models/sleep_quality",
      "blocked",
      43,
    ),
    row("predictions/active_users", "sql", "source/users", "fresh", 3),
    row(
      "predictions/energy",
      "onnx",
      "models/energy predictions/active_users features/online",
      "running",
      24,
    ),
    row(
      "predictions/mood",
      "onnx",
      "models/mood predictions/active_users features/online",
      "blocked",
      50,
    ),
    row(
      "predictions/sleep_quality",
      "onnx",
      "models/sleep_quality predictions/active_users features/online",
      "stale",
      26,
    ),
    row("predictions/stress", "onnx", "models/stress predictions/active_users", "missing", null),
    row(
      "predictions/saved",
      "postgres",
      "predictions/energy predictions/mood predictions/sleep_quality",
      "stale",
      24,
    ),
    row("predictions/cached", "redis", "predictions/saved", "stale", 24),
    row("predictions/published", "kafka", "predictions/saved", "missing", null),
    row(
      "quality/report",
      "report",
      "source/life_events source/users source/integrations source/gamification",
      "fresh",
      1.2,
    ),
    row("quality/drift", "report", "features/online models/energy", "failed", 30),
    row("quality/calibration", "report", "predictions/saved", "fresh", 22),
    row("quality/latency", "report", "predictions/cached", "fresh", 22),
    row("quality/scorecard", "report", "quality/report quality/drift", "missing", null),
  ];
}

/** The same as declarations, so that the real selections are read over them; listed upstream first. */
export function declared(fakes: readonly FakeAsset[]): readonly Asset[] {
  const made = new Map<string, Asset>();
  for (const { name, kind, upstream } of fakes) {
    const deps = Object.fromEntries(upstream.map((up) => [up, made.get(up)!]));
    const group = name.split("/")[0]!;
    made.set(name, asset({ name, group, kinds: [kind], deps, materialize: () => 0 }));
  }
  return [...made.values()];
}
