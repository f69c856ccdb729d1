/**
 * What commands work with; the composition root gives it.
 *
 * @module
 */
import type { Definitions, Ledger, Lender, Service } from "engine";

/** The program, composed for one command. */
export interface App {
  /** The engine as seen by people. */
  readonly service: Service;
  /** What is remembered. */
  readonly ledger: Ledger;
  /** What exists. */
  readonly definitions: Definitions;
  /** Who opens resources. */
  readonly lender: Lender;
  /** Works as a worker of this process until the signal aborts. */
  work(signal: AbortSignal): Promise<void>;
  /** Gives everything back. */
  close(): Promise<void>;
}

/** Opens the program; commands that need nothing of it do not call it. */
export type OpenApp = () => Promise<App>;
