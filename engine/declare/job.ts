/**
 * Named selections of assets that are requested together, on a cron or by hand.
 *
 * @module
 */
import { declaredAt } from "./declared_at.ts";
import type { Asset } from "./asset.ts";
import { type Crons, cronText } from "./crons.ts";
import { type Duration, milliseconds } from "./duration.ts";

/** What happens to ticks that passed while nothing ran. */
export type CatchUp = "none" | "latest" | "all";

/**
 * What happens to a run of which steps are left when the last worker with its code is gone and workers with later code
 * are there. `continue`: it goes on with the later code. `replan`: it is cancelled, and what it did not finish is planned
 * and asked for anew. `wait`: for a worker with its code.
 */
export type OnNewCode = "continue" | "replan" | "wait";

/** A named selection with its schedule. */
export interface Job {
  /** Tells jobs from other exports of a module. */
  readonly kind: "job";
  /** Where it is declared, `assets/x.ts:12`. */
  readonly declaredAt: string;
  /** Unique within the definitions. */
  readonly name: string;
  /** What it is for, in one sentence. */
  readonly description: string;
  /** What is requested; order comes from the graph. */
  readonly assets: readonly Asset[];
  /** Five or six fields; several are parted by `; `. Undefined for by hand only. */
  readonly cron: string | undefined;
  /** IANA zone of the cron. */
  readonly timezone: string;
  /** Free labels. */
  readonly tags: readonly string[];
  /** Runs of this job that may be active at once; further ones wait in the queue. */
  readonly maxActiveRuns: number;
  /** What happens to missed ticks. */
  readonly catchUp: CatchUp;
  /** Milliseconds that a run may take, from when it may begin; as long as it takes if undefined. */
  readonly timeoutMs: number | undefined;
  /** Milliseconds by which a tick is put off at most: each by its own share, always the same. */
  readonly jitterMs: number;
  /** What becomes of runs that a new version of the code overtakes. */
  readonly onNewCode: OnNewCode;
}

/** What `job()` takes. */
export interface JobOptions {
  /** {@linkcode Job.name} */
  readonly name: string;
  /** {@linkcode Job.description} */
  readonly description?: string;
  /** {@linkcode Job.assets} */
  readonly assets: readonly Asset[];
  /** {@linkcode Job.cron} */
  readonly cron?: Crons;
  /** {@linkcode Job.timezone} @default {"UTC"} */
  readonly timezone?: string;
  /** {@linkcode Job.tags} */
  readonly tags?: readonly string[];
  /** {@linkcode Job.maxActiveRuns} @default {1} */
  readonly maxActiveRuns?: number;
  /** {@linkcode Job.catchUp} @default {"latest"} */
  readonly catchUp?: CatchUp;
  /** How long a run may take, from when it may begin: then it fails, and what runs of it is stopped. */
  readonly timeout?: Duration;
  /** How far ticks are spread. @default {"0s"} */
  readonly jitter?: Duration;
  /** {@linkcode Job.onNewCode} @default {"continue"} */
  readonly onNewCode?: OnNewCode;
}

/**
 * Declares a job. A tick asks each of its assets for the newest slice that has ended at the tick.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { asset, job } from "engine";
 *
 * const report = asset({ name: "report", materialize: () => 1 });
 * const nightly = job({ name: "nightly", cron: "0 2 * * *", assets: [report] });
 * assertEquals([nightly.timezone, nightly.catchUp, nightly.maxActiveRuns], ["UTC", "latest", 1]);
 * ```
 */
export function job(options: JobOptions): Job {
  return {
    kind: "job",
    declaredAt: declaredAt(),
    name: options.name,
    description: options.description ?? "",
    assets: options.assets,
    cron: cronText(options.cron),
    timezone: options.timezone ?? "UTC",
    tags: options.tags ?? [],
    maxActiveRuns: options.maxActiveRuns ?? 1,
    catchUp: options.catchUp ?? "latest",
    timeoutMs: options.timeout === undefined ? undefined : milliseconds(options.timeout),
    jitterMs: milliseconds(options.jitter ?? "0s"),
    onNewCode: options.onNewCode ?? "continue",
  };
}
