/**
 * Facets of OpenLineage that events carry, each with the version of its schema.
 *
 * @see {@link https://openlineage.io/docs/spec/facets/}
 * @module
 */
import { type Asset, type Json, upstreamOf } from "engine";

/** Who makes the events. */
export const PRODUCER = "urn:aurora";

type Fields = { readonly [name: string]: Json };

/** A facet with the address of its schema. */
export type Facet = Fields & { readonly _producer: string; readonly _schemaURL: string };

const VERSIONS = {
  ColumnLineageDatasetFacet: "1-2-0",
  DatasetVersionDatasetFacet: "1-0-1",
  DocumentationDatasetFacet: "1-1-0",
  DocumentationJobFacet: "1-1-0",
  ErrorMessageRunFacet: "1-0-1",
  JobTypeJobFacet: "2-0-4",
  NominalTimeRunFacet: "1-0-1",
  OutputStatisticsOutputDatasetFacet: "1-0-2",
  OwnershipJobFacet: "1-0-1",
  ParentRunFacet: "1-2-0",
  ProcessingEngineRunFacet: "1-1-1",
  SchemaDatasetFacet: "1-2-0",
} as const;

/** A facet by the name of its schema. */
export const facet = (name: keyof typeof VERSIONS, fields: Fields): Facet => ({
  ...fields,
  _producer: PRODUCER,
  _schemaURL: `https://openlineage.io/spec/facets/${VERSIONS[name]}/${name}.json#/$defs/${name}`,
});

/** What is known of an asset as a job. */
export function jobFacets(asset: Asset): { readonly [name: string]: Facet } {
  const { description, owners } = asset;
  return {
    jobType: facet("JobTypeJobFacet", {
      processingType: "BATCH",
      integration: "AURORA",
      jobType: "ASSET",
    }),
    ...(description === ""
      ? {}
      : { documentation: facet("DocumentationJobFacet", { description }) }),
    ...(owners.length === 0 ? {} : {
      ownership: facet("OwnershipJobFacet", {
        owners: owners.map((name) => ({ name, type: "MAINTAINER" })),
      }),
    }),
  };
}

/** What is known of an asset as a dataset: columns with their units, and from which columns they are computed. */
export function datasetFacets(
  asset: Asset,
  namespace: string,
): { readonly [name: string]: Facet } {
  const columns = Object.entries(asset.io.columns ?? {});
  const from = Object.entries(asset.io.from ?? {});
  return {
    ...(asset.description === ""
      ? {}
      : { documentation: facet("DocumentationDatasetFacet", { description: asset.description }) }),
    ...(columns.length === 0 ? {} : {
      schema: facet("SchemaDatasetFacet", {
        fields: columns.map(([name, unit]) => ({ name, description: unit })),
      }),
    }),
    ...(from.length === 0 ? {} : {
      columnLineage: facet("ColumnLineageDatasetFacet", {
        fields: Object.fromEntries(
          from.map(([column, origins]) => [column, {
            inputFields: origins.map((origin) => inputField(asset, origin, namespace)),
          }]),
        ),
      }),
    }),
  };
}

/** `orders.amount` as the column of the asset that the dep `orders` reads. */
function inputField(asset: Asset, origin: string, namespace: string): Fields {
  const at = origin.indexOf(".");
  const name = upstreamOf(asset.deps[origin.slice(0, at)]!).name;
  return { namespace, name, field: origin.slice(at + 1) };
}
