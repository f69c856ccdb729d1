/**
 * The models that were trained, and which of them is served.
 *
 * @module
 */
import type { JSONValue } from "postgres";
import type { Sql } from "../sql.ts";
import { FEATURE_VERSION, type ModelName } from "../inputs/model_inputs.ts";
import type { Manifest } from "./manifest.ts";

/** A model that can be served. */
export interface Model {
  /** The attempt that trained it, in decimal. */
  readonly version: string;
  /** Tree ensemble in ONNX. */
  readonly onnx: Uint8Array;
  /** Facts about it. */
  readonly manifest: Manifest;
}

interface ModelRow {
  readonly version: string;
  readonly onnx: Uint8Array;
  readonly manifest: unknown;
}

// The one place where a manifest comes back from the database: it is what saveModel() wrote.
const modelOf = (row: ModelRow): Model => ({ ...row, manifest: row.manifest as Manifest });

/** Writes a model under the version of an attempt, replacing what that attempt wrote before. */
export async function saveModel(
  sql: Sql,
  version: bigint,
  model: { readonly onnx: Uint8Array; readonly manifest: Manifest },
): Promise<void> {
  const { manifest, onnx } = model;
  await sql`
    insert into ml.model_rows
      (version, name, partition, model_version, digest, onnx, manifest, promoted)
    values (
      ${version.toString()}, ${manifest.name}, ${manifest.partition}, ${manifest.modelVersion},
      ${manifest.digest}, ${onnx}, ${sql.json(manifest as unknown as JSONValue)},
      ${manifest.gate.promoted})
    on conflict (version, name) do update set
      partition = excluded.partition, model_version = excluded.model_version,
      digest = excluded.digest, onnx = excluded.onnx, manifest = excluded.manifest,
      promoted = excluded.promoted, withdrawn_at = null, withdrawn_by = null`;
}

/**
 * The model that is served on a day: the newest one promoted for that day or an earlier one and not
 * withdrawn. A past day never sees a later model.
 */
export function champion(
  sql: Sql,
  name: ModelName,
  partition: string,
): Promise<Model | undefined> {
  return newestPromoted(sql, name, sql`partition <= ${partition}`);
}

/** The champion before the one that is about to be trained for `partition`. */
export function championBefore(
  sql: Sql,
  name: ModelName,
  partition: string,
): Promise<Model | undefined> {
  return newestPromoted(sql, name, sql`partition < ${partition}`);
}

async function newestPromoted(
  sql: Sql,
  name: ModelName,
  among: ReturnType<Sql>,
): Promise<Model | undefined> {
  const [row] = await sql<ModelRow[]>`
    select version::text, onnx, manifest
    from ml.model
    where name = ${name} and ${among} and promoted and withdrawn_at is null
    order by partition desc
    limit 1`;
  return row && modelOf(row);
}

const MODELS: readonly ModelName[] = ["energy", "mood", "sleep_quality"];
/** After every day that there is. */
const LAST_DAY = "9999-12-31";

/** The models that are served now, `undefined` where none is. */
export async function* servedModels(
  sql: Sql,
): AsyncGenerator<{ readonly name: ModelName; readonly model: Model | undefined }> {
  for (const name of MODELS) yield { name, model: await champion(sql, name, LAST_DAY) };
}

/**
 * The model to predict a day with.
 *
 * `planned` is the version that the run was planned on: it is used unless it has gone or was
 * withdrawn since; then the champion as of the day is.
 *
 * @throws {Deno.errors.NotFound} If no model was promoted up to that day.
 * @throws {TypeError} If the model was trained on inputs of another definition.
 */
export async function servedModel(
  sql: Sql,
  o: { readonly name: ModelName; readonly partition: string; readonly planned: string | null },
): Promise<Model> {
  const model = await plannedModel(sql, o) ?? await champion(sql, o.name, o.partition);
  if (!model) {
    throw new Deno.errors.NotFound(
      `Cannot predict ${o.name} of ${o.partition}: no model was promoted up to that day, ` +
        `train one with job "ml_training_pipeline"`,
    );
  }
  const { featureVersion, modelVersion } = model.manifest;
  if (featureVersion !== FEATURE_VERSION) {
    throw new TypeError(
      `Cannot predict with model "${modelVersion}": it was trained on inputs of version ` +
        `"${featureVersion}", these are "${FEATURE_VERSION}", train it again`,
    );
  }
  return model;
}

async function plannedModel(
  sql: Sql,
  o: { readonly name: ModelName; readonly partition: string; readonly planned: string | null },
): Promise<Model | undefined> {
  if (o.planned === null) return undefined;
  const [row] = await sql<ModelRow[]>`
    select version::text, onnx, manifest
    from ml.model_rows
    where version = ${o.planned} and name = ${o.name} and partition <= ${o.partition}
      and promoted and withdrawn_at is null`;
  return row && modelOf(row);
}

/**
 * Takes the served model back: from now on the champion before it is served, for good.
 *
 * Gives the version that was withdrawn, undefined if none was served. One statement, so that two
 * people who press the button at once take back one model each at most, and never half of one.
 */
export async function rollback(
  sql: Sql,
  name: ModelName,
  o: { readonly by: string; readonly at: Date },
): Promise<string | undefined> {
  const [row] = await sql<{ model_version: string }[]>`
    update ml.model_rows set withdrawn_at = ${o.at}, withdrawn_by = ${o.by}
    where name = ${name} and withdrawn_at is null and version = (
      select version from ml.model
      where name = ${name} and promoted and withdrawn_at is null
      order by partition desc
      limit 1
    )
    returning model_version`;
  return row?.model_version;
}
