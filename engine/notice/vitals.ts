/** What can run short: measured, not judged. @module */

/** So much of so much. */
export interface Used {
  readonly used: number;
  readonly most: number;
}

/** Something that waits: how many, and since when the one that waits longest does. */
export interface Queued {
  readonly waiting: number;
  readonly oldest: Date | null;
}

/** A machine with a server. */
export interface HostVitals {
  readonly host: string;
  readonly at: Date;
  /** Bytes; null where it cannot be told. */
  readonly memory: Used | null;
  /** Bytes of the disk with the directory of the program; null where it cannot be told. */
  readonly disk: Used | null;
}

/** What all servers share. */
export interface SharedVitals {
  /** Steps that could run and have no worker; those that wait for a pool are told of there. */
  readonly queue: Queued;
  /** Pools without a free slot, with the steps that wait for them. */
  readonly pools: readonly (Queued & { readonly name: string; readonly slots: number })[];
  /** Connections to the database. */
  readonly connections: Used;
  /** Events that are not sent; null where nothing sends them. */
  readonly outbox: Queued | null;
  /** Events that the log refused and that are set aside; null where nothing sends them. */
  readonly refused: Queued | null;
}

/** What was measured of what all share, and when. */
export interface MeasuredAt {
  readonly shared: SharedVitals;
  readonly at: Date;
}

/** How measuring is done. */
export interface Measuring {
  /** This machine, now. */
  host(now: Date): Promise<HostVitals>;
  /** What all share, now. */
  shared(): Promise<SharedVitals>;
}
