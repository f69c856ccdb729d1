/**
 * What running steps needs.
 *
 * @module
 */
import type { Definitions } from "../graph/define.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Families } from "./families.ts";
import type { Isolation } from "./isolate.ts";
import type { Lender } from "./lend.ts";
import type { Work } from "./work_of.ts";

/** What running a step needs. */
export interface Bench {
  /** What exists. */
  readonly definitions: Definitions;
  /** Where inputs are read. */
  readonly ledger: Pick<Ledger, "visible" | "versions">;
  /** Who opens resources. */
  readonly lender: Lender;
  /** Where the steps of assets that are computed together meet. */
  readonly families: Families<Promise<Work>>;
  /** Where steps with a timeout or a memory limit run; in this process if there is none. */
  readonly isolation?: Isolation;
  /** The time. */
  now(): Date;
  /** Numbers in [0, 1), for jitter. */
  random(): number;
}
