/** What Airflow itself makes of connections; `golden.py` wrote it. @module */
import type { AirflowConnection } from "../../../adapters/secrets/airflow_json.ts";

/** Connections, how Airflow prints and reads them, and its exports. */
export interface Golden {
  /** From fields to an address. */
  readonly printed: readonly { readonly fields: AirflowConnection; readonly uri: string }[];
  /** From an address to fields. */
  readonly parsed: readonly { readonly fields: AirflowConnection; readonly uri: string }[];
  /** Files by their format. */
  readonly exported: Readonly<Record<"json" | "yaml" | "env_uri" | "env_json", string>>;
}

/** As saved. */
export const golden: Golden = JSON.parse(
  await Deno.readTextFile(new URL("golden.json", import.meta.url)),
);
