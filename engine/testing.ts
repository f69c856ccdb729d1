/**
 * For tests of what is declared, and of what implements a port of the engine.
 *
 * @module
 */
export * from "./feature/contract.ts";
export * from "./ledger/contract.ts";
export * from "./object/contract.ts";
export { eventLogContract, type EventLogSubject } from "./notice/contract.ts";
export { memoryLedger } from "./ledger/memory.ts";
