/**
 * Crons that request assets with a partition of one's own choice.
 *
 * @module
 */
import { declaredAt } from "./declared_at.ts";
import type { Asset } from "./asset.ts";
import { type Crons, cronText } from "./crons.ts";
import type { PartitionsOf } from "./deps.ts";
import { type Duration, milliseconds } from "./duration.ts";
import type { CatchUp } from "./job.ts";
import type { KeyOf, Partitions, Unpartitioned } from "./partitions.ts";

/** A cron expression and what it requests. */
export interface Schedule {
  /** Tells schedules from other exports of a module. */
  readonly kind: "schedule";
  /** Where it is declared, `assets/x.ts:12`. */
  readonly declaredAt: string;
  /** Unique within the definitions. */
  readonly name: string;
  /** Five or six fields; several are parted by `; `. */
  readonly cron: string;
  /** IANA zone. */
  readonly timezone: string;
  /** What happens to missed ticks. */
  readonly catchUp: CatchUp;
  /** Milliseconds by which a tick is put off at most: each by its own share, always the same. */
  readonly jitterMs: number;
  /** What is requested. */
  readonly assets: readonly Asset[];
  /** Which slice a tick asks for. */
  partition(tick: Date): unknown;
}

/** What `schedule()` takes; `partition` is required exactly where the assets are partitioned. */
export type ScheduleOptions<A extends Asset> =
  & {
    readonly name: string;
    readonly cron: Crons;
    readonly timezone?: string;
    /** {@linkcode Schedule.catchUp} @default {"latest"} */
    readonly catchUp?: CatchUp;
    /** How far ticks are spread. @default {"0s"} */
    readonly jitter?: Duration;
    readonly assets: readonly A[];
  }
  & (PartitionsOf<A> extends Unpartitioned ? { readonly partition?: never }
    : { partition(tick: Date): KeyOf<PartitionsOf<A> & Partitions> });

/** Requests assets at each tick of a cron expression. */
export function schedule<A extends Asset>(options: ScheduleOptions<A>): Schedule {
  const { name, cron, timezone = "UTC", assets, partition = () => undefined } = options;
  return {
    kind: "schedule",
    declaredAt: declaredAt(),
    name,
    cron: cronText(cron),
    timezone,
    catchUp: options.catchUp ?? "latest",
    jitterMs: milliseconds(options.jitter ?? "0s"),
    assets,
    partition,
  };
}
