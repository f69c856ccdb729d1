/**
 * What the service is built from.
 *
 * @module
 */
import type { Definitions } from "../../graph/define.ts";
import type { Ledger } from "../../ledger/ledger.ts";
import type { RuleDefault } from "../../notice/rule_choices.ts";
import type { Lender } from "../lend.ts";
import type { ConnectionDesk } from "../connection_views.ts";
import type { AssetMeasure } from "./asset_measures.ts";
import type { About, HealthView, QualityView } from "../views.ts";

/** Reads quality reports: the assets that write them know their tables. */
export interface QualityReader {
  /** The report of a partition, or the newest; undefined if there is none. */
  read(partition?: string): Promise<QualityView | undefined>;
}

/** Reads metrics. */
export interface MetricsReader {
  /** Counts what happened since it was last counted. */
  count(): Promise<void>;
  /** Everything, in the text format of Prometheus. */
  read(assets: readonly AssetMeasure[]): Promise<string>;
}

/** What the service is built from. */
export interface ServiceOptions {
  /** What exists. */
  readonly definitions: Definitions;
  /** What is remembered. */
  readonly ledger: Ledger;
  /** The time. */
  readonly clock: { now(): Date };
  /** What this process is. */
  readonly about: Pick<About, "version" | "startedAt" | "adapters">;
  /** Asks everything that the program needs. */
  health(): Promise<HealthView>;
  /** The next `count` instants of a cron after `after`. */
  nextTicks(cron: string, timezone: string, after: Date, count: number): readonly Date[];
  /** Whether schedules and sensors run here; a paused one is off even then. @default {true} */
  readonly schedules?: boolean;
  /** Who opens resources for sensors that are tried. */
  readonly lender?: Lender;
  /** The quality reports, if there are any. */
  readonly quality?: QualityReader | undefined;
  /** What may be set about alerts, as it stands without people. @default {nothing} */
  readonly alertRules?: readonly RuleDefault[];
  /** The metrics, if somebody is to read them. */
  readonly metrics?: MetricsReader | undefined;
  /** Who looks after connections, if anybody is to. */
  readonly connections?: ConnectionDesk | undefined;
}
