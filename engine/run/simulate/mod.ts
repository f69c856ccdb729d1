/**
 * Days that have not been yet.
 *
 * @module
 */
export type { RunsAlike } from "./alike.ts";
export type { PoolWaiting } from "./contention.ts";
export type { VirtualWorker } from "./crew.ts";
export type { BrokenPromise, SimulatedRun, SimulatedTick, Simulation, Waiting } from "./report.ts";
export { simulate, type SimulateOptions } from "./simulate.ts";
