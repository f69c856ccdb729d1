/**
 * Validates events by the official schemas of OpenLineage, which are in `spec/`: as of commit
 * 8f02abfb7a252783b95df79f443edb13959bf52c of github.com/OpenLineage/OpenLineage, Apache License 2.0.
 *
 * @module
 */
import { Ajv2020 } from "npm:ajv@8.20.0/dist/2020.js";

const SPEC = new URL("./spec/", import.meta.url);
const FORMATS = {
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
};

/** Checks events; gives complaints. */
export async function official(): Promise<(event: unknown) => readonly string[]> {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  for (const [name, format] of Object.entries(FORMATS)) ajv.addFormat(name, format);
  ajv.addFormat("uri", (text: string) => URL.canParse(text));
  for await (const { name } of Deno.readDir(SPEC)) {
    if (name.endsWith(".json")) {
      ajv.addSchema(JSON.parse(await Deno.readTextFile(new URL(name, SPEC))));
    }
  }
  const by = (ref: string, value: unknown) => {
    const validate = ajv.getSchema(ref);
    if (!validate) return [`there is no schema ${ref}`];
    if (validate(value)) return [];
    return (validate.errors ?? []).map((e) => `${e.instancePath} ${e.message} (${e.schemaPath})`);
  };
  // The core takes any facet for good: each is validated by the schema that it names.
  return (event) => [
    ...by("https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent", event),
    ...facetsIn(event).flatMap((facet) => by(facet._schemaURL, facet)),
  ];
}

/** Everything that names a schema of its own. */
export function facetsIn(value: unknown): { readonly _schemaURL: string }[] {
  if (typeof value !== "object" || value === null) return [];
  const below = Object.values(value).flatMap(facetsIn);
  return "_schemaURL" in value ? [value as { _schemaURL: string }, ...below] : below;
}
