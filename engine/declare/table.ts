/**
 * Values that are rows of a database table.
 *
 * @module
 */

/**
 * Points at the rows that one attempt wrote to a versioned table: `<table>_rows where version = …`. The view `<table>`
 * shows those of the published version only. `type`, not `interface`: it is stored as JSON.
 */
export type TableSlice = {
  /** The view, `features.user_activity`. */
  readonly table: string;
  /** {@linkcode Context.version} in decimal. */
  readonly version: string;
  /** How many rows. */
  readonly rows: number;
  /** A digest of the content where the asset knows one: equal digests stop the cascade downstream. */
  readonly digest?: string;
};
