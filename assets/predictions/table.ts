/**
 * Predictions in PostgreSQL.
 *
 * @module
 */
import { copyIn } from "../resources.ts";
import type { Sql } from "../sql.ts";
import { type Frame, numbers, texts } from "../../ml/mod.ts";
import type { ModelName } from "../inputs/model_inputs.ts";

/** Predictions of one kind with where they came from. */
export interface PredictedFrame {
  /** What was predicted. */
  readonly kind: ModelName;
  /** Columns as `predict()` makes them. */
  readonly frame: Frame;
  /** The model they came from. */
  readonly modelVersion: string;
  /** Version of the definitions of its inputs. */
  readonly featureVersion: string;
}

/** One prediction. */
export interface Prediction {
  /** What was predicted. */
  readonly kind: ModelName;
  /** For whom. */
  readonly user_id: string;
  /** For when. */
  readonly target_at: Date;
  /** 1–10. */
  readonly value: number;
  /** Lower end of the interval. */
  readonly low: number;
  /** Upper end of the interval. */
  readonly high: number;
  /** The model it came from. */
  readonly model_version: string;
}

/**
 * Writes the predictions of a day under a version by COPY, replacing what that version wrote
 * before, in one transaction. Gives their number.
 */
export async function savePredictions(
  sql: Sql,
  o: {
    readonly version: bigint;
    readonly partition: string;
    readonly createdAt: Date;
    readonly sets: readonly PredictedFrame[];
  },
): Promise<number> {
  const lines = o.sets.flatMap((set) => copyLines(o, set));
  await sql.begin(async (tx) => {
    await tx`delete from predictions.prediction_rows where version = ${o.version.toString()}`;
    await copyIn(
      tx,
      `copy predictions.prediction_rows
        (version, kind, user_id, partition, target_at, value, low, high,
         model_version, feature_version, created_at)
      from stdin`,
      batches(lines, 5_000),
    );
  });
  return lines.length;
}

function* batches(lines: readonly string[], size: number): Generator<string> {
  for (let i = 0; i < lines.length; i += size) yield lines.slice(i, i + size).join("");
}

function copyLines(
  o: { readonly version: bigint; readonly partition: string; readonly createdAt: Date },
  { kind, frame, modelVersion, featureVersion }: PredictedFrame,
): string[] {
  const users = texts(frame, "user_id");
  const target = numbers(frame, "target");
  const [value, low, high] = ["value", "low", "high"].map((name) => numbers(frame, name));
  const before = `${o.version}\t${kind}\t`;
  const after = `\t${modelVersion}\t${featureVersion}\t${o.createdAt.toISOString()}\n`;
  return users.map((user, row) => {
    const at = new Date(target[row]!).toISOString();
    const figures = `${value![row]}\t${low![row]}\t${high![row]}`;
    return `${before}${user}\t${o.partition}\t${at}\t${figures}${after}`;
  });
}

/** The predictions of a version, by user, kind and target. */
export async function readPredictions(sql: Sql, version: string): Promise<readonly Prediction[]> {
  return await sql<Prediction[]>`
    select kind, user_id, target_at, value, low, high, model_version
    from predictions.prediction_rows
    where version = ${version}
    order by user_id, kind, target_at`;
}

/** Number of users of a version who have not exactly 12, 1 and 1 predictions. */
export async function incompleteUsers(sql: Sql, version: string): Promise<number> {
  const [row] = await sql<{ users: number }[]>`
    select count(*)::integer as users from (
      select from predictions.prediction_rows
      where version = ${version}
      group by user_id
      having count(*) filter (where kind = 'energy') <> 12
        or count(*) filter (where kind = 'mood') <> 1
        or count(*) filter (where kind = 'sleep_quality') <> 1
    ) incomplete`;
  return row?.users ?? 0;
}
