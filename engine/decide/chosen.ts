/**
 * Which assets a selection names where it is known how they stand.
 *
 * @module
 */
import type { Asset } from "../declare/asset.ts";
import type { Definitions } from "../graph/define.ts";
import { select } from "../graph/select.ts";
import type { Verdict } from "./judge.ts";
import { assetStatuses } from "./status.ts";

/** Who knows where assets stand. */
export interface Statuses {
  /** How an asset stands. */
  asset(asset: Asset): Pick<Verdict, "status">;
}

/**
 * The assets that a selection names, upstream first: as `select()` reads it, and `status:stale`. With `search` a bare
 * word means every asset that has it in its name.
 *
 * @throws {UnknownName} If a name matches nothing, with the nearest one.
 * @throws {SyntaxError} If the selection cannot be read.
 */
export function chosenAssets(
  { assets }: Pick<Definitions, "assets">,
  statuses: Statuses,
  { selection, search = false }: { readonly selection: string; readonly search?: boolean },
): readonly Asset[] {
  const status = { of: (a: Asset) => [statuses.asset(a).status], known: assetStatuses };
  return select(assets, selection, { fields: { status }, search });
}
