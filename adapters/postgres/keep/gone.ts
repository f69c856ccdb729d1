/** What was removed of a kind, or would be. */
export interface Gone {
  /** `facts`, `runs`, `versions`. */
  readonly kind: string;
  /** How many rows. */
  readonly rows: number;
  /** How much room, about. */
  readonly bytes: number;
  /** Of what. */
  readonly oldest: Date | null;
  /** Of what. */
  readonly newest: Date | null;
  /** What would be over but is needed, and by whom; null if there is none. */
  readonly kept: string | null;
}
