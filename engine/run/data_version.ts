/**
 * The data version of a value: by what the asset says of it, else by the value.
 *
 * @module
 */
import type { Asset } from "../declare/asset.ts";
import { called } from "./called.ts";

/** Longest text of a data version. */
const LONGEST = 200;

/**
 * What the asset itself says of a value; undefined if it says nothing.
 *
 * @throws {UserCodeError} If its function threw.
 * @throws {TypeError} If that is no text of 1 to 200 characters.
 */
export async function ownDataVersion(
  asset: Asset,
  what: string,
  value: unknown,
): Promise<string | undefined> {
  if (asset.dataVersion === undefined) return undefined;
  const version = await called(
    `dataVersion of asset ${what}`,
    async () => await asset.dataVersion!(value as never),
  );
  if (typeof version === "string" && version !== "" && version.length <= LONGEST) return version;
  const found = typeof version === "string"
    ? `a text of ${version.length} characters`
    : JSON.stringify(version) ?? String(version);
  throw new TypeError(
    `Cannot keep the value of ${what}: dataVersion gave ${found}, not a text of 1 to ${LONGEST} characters`,
  );
}
