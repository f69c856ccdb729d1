/**
 * Days that have not been yet.
 *
 * @module
 */
export type { VirtualWorker } from "./crew.ts";
export type * from "./report.ts";
export { simulate, type SimulateOptions } from "./simulate.ts";
