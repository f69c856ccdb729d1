/**
 * Transitions of runs and steps as events of OpenLineage 2-0-2.
 *
 * A run is a run of its job; a step is a run of the asset as a job, with the run as its parent.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { type Asset, type Definitions, type Json, type Transition, upstreamOf } from "engine";
import { datasetFacets, type Facet, facet, jobFacets, PRODUCER } from "./facets.ts";

/** What events are told with. */
export interface LineageContext {
  /** What exists; an asset that was removed meanwhile is told by its name alone. */
  readonly definitions: Pick<Definitions, "assets">;
  /** Of jobs and datasets. */
  readonly namespace: string;
  /** Version of the program. */
  readonly version: string;
}

type Facets = { readonly [name: string]: Facet };

interface Dataset {
  readonly namespace: string;
  readonly name: string;
  readonly facets: Facets;
  readonly outputFacets?: Facets;
}

/** A RunEvent. */
export interface LineageEvent {
  readonly eventType: "START" | "COMPLETE" | "FAIL" | "ABORT";
  readonly eventTime: string;
  readonly producer: string;
  readonly schemaURL: string;
  readonly run: { readonly runId: string; readonly facets: Facets };
  readonly job: { readonly namespace: string; readonly name: string; readonly facets: Facets };
  readonly inputs: readonly Dataset[];
  readonly outputs: readonly Dataset[];
}

const TYPES = {
  running: "START",
  success: "COMPLETE",
  failed: "FAIL",
  cancelled: "ABORT",
} as const;

/** Job of runs that people asked for without one. */
const NO_JOB = "(no job)";

/** The same UUID (version 8, RFC 9562) for the same run or step of the same ledger. */
export function runIdOf({ ledger, run, step }: Transition, ofStep = step !== null): string {
  const text = ofStep ? `${ledger}/${run}/${step!.index}` : `${ledger}/${run}`;
  const hex = createHash("sha256").update(text).digest("hex");
  const variant = (8 + parseInt(hex[16]!, 16) % 4).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${
    hex.slice(17, 20)
  }-${hex.slice(20, 32)}`;
}

/** The event of a transition; the same for the same one. */
export function eventOf(t: Transition, context: LineageContext): LineageEvent {
  const { namespace, definitions } = context;
  const asset = definitions.assets.find((a) => a.name === t.step?.asset);
  const name = t.step ? t.step.asset : t.job ?? NO_JOB;
  return {
    eventType: TYPES[t.state],
    eventTime: t.at.toISOString(),
    producer: PRODUCER,
    schemaURL: "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
    run: { runId: runIdOf(t), facets: runFacets(t, asset, context) },
    job: { namespace, name, facets: t.step ? asset ? jobFacets(asset) : {} : ofJob() },
    inputs: inputsOf(t, asset, context),
    outputs: t.step ? [outputOf(t.step, asset, namespace)] : [],
  };
}

const ofJob = (): Facets => ({
  jobType: facet("JobTypeJobFacet", {
    processingType: "BATCH",
    integration: "AURORA",
    jobType: "JOB",
  }),
});

function runFacets(
  t: Transition,
  asset: Asset | undefined,
  { namespace, version }: LineageContext,
): Facets {
  const span = t.step && asset && spanOf(asset, t.step.partition);
  return {
    processing_engine: facet("ProcessingEngineRunFacet", { name: "Aurora", version }),
    ...(t.step
      ? {
        parent: facet("ParentRunFacet", {
          run: { runId: runIdOf(t, false) },
          job: { namespace, name: t.job ?? NO_JOB },
        }),
      }
      : {}),
    ...(span
      ? {
        nominalTime: facet("NominalTimeRunFacet", {
          nominalStartTime: span[0].toISOString(),
          nominalEndTime: span[1].toISOString(),
        }),
      }
      : {}),
    ...(t.error === null ? {} : {
      errorMessage: facet("ErrorMessageRunFacet", {
        message: t.error,
        programmingLanguage: "TypeScript",
      }),
    }),
  };
}

/** The time that a slice covers; undefined where it covers none, or the declaration has changed since. */
function spanOf(asset: Asset, partition: string): readonly [Date, Date] | undefined {
  if (partition === "") return undefined;
  try {
    return asset.partitions.span(asset.partitions.parse(partition));
  } catch (error) {
    if (error instanceof RangeError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** What it read, if that is known; what it is to read before. */
function inputsOf(t: Transition, asset: Asset | undefined, c: LineageContext): readonly Dataset[] {
  if (!t.step) return [];
  const { namespace, definitions } = c;
  const dataset = (name: string, facets: Facets): Dataset => {
    const known = definitions.assets.find((a) => a.name === name);
    return { namespace, name, facets: { ...known && datasetFacets(known, namespace), ...facets } };
  };
  if (t.step.made) {
    const read = Map.groupBy(t.step.made.inputs, (input) => input.asset);
    return [...read].map(([name, inputs]) => dataset(name, versionFacet(inputs.at(-1)!.version)));
  }
  const names = new Set(Object.values(asset?.deps ?? {}).map((dep) => upstreamOf(dep).name));
  return [...names].map((name) => dataset(name, {}));
}

const versionFacet = (datasetVersion: string): Facets => ({
  version: facet("DatasetVersionDatasetFacet", { datasetVersion }),
});

function outputOf(
  { asset: name, made }: NonNullable<Transition["step"]>,
  asset: Asset | undefined,
  namespace: string,
): Dataset {
  const rows: Json | undefined = made?.metadata["rows"];
  const facets = {
    ...asset && datasetFacets(asset, namespace),
    ...made && versionFacet(made.version),
  };
  if (typeof rows !== "number" || !Number.isInteger(rows)) return { namespace, name, facets };
  const outputStatistics = facet("OutputStatisticsOutputDatasetFacet", { rowCount: rows });
  return { namespace, name, facets, outputFacets: { outputStatistics } };
}
