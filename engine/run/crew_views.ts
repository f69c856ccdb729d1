/**
 * Workers and pools as people see them.
 *
 * @module
 */

/** A worker that lives. */
export interface WorkerView {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly queues: readonly string[];
  /** Steps at once. */
  readonly slots: number;
  /** Steps that it runs now. */
  readonly running: number;
  /** Version of its code; null if it did not tell. */
  readonly code: string | null;
  /** Whether that is the code of this process. */
  readonly current: boolean;
  readonly startedAt: string;
  readonly seenAt: string;
}

/** A pool with those who have its slots. */
export interface PoolView {
  readonly name: string;
  readonly description: string;
  readonly slots: number;
  /** As the code says; another number was set by `by`. */
  readonly declared: number;
  readonly by: string | null;
  readonly taken: number;
  /** Steps that need some of it and could run but for that and free workers. */
  readonly waiting: number;
  readonly holders: readonly {
    readonly run: string;
    readonly asset: string;
    readonly partition: string | null;
    readonly slots: number;
    readonly since: string;
  }[];
}

/** Looking after workers and what they share. */
export interface CrewService {
  workers(): Promise<readonly WorkerView[]>;
  pools(): Promise<readonly PoolView[]>;
  /** Sets the slots of a pool for all workers at once; `null`: as declared again. */
  setPool(
    name: string,
    options: { readonly slots: number | null; readonly by?: string | undefined },
  ): Promise<PoolView>;
}
