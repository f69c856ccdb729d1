/** The in-memory ledger under test: as it is, or with a bug planted. @module */
import type { Ledger } from "../../../engine/ledger/ledger.ts";
import { memoryOn } from "../../../engine/ledger/memory.ts";
import { emptyState, type MemoryState } from "../../../engine/ledger/memory_state.ts";

/** What makes a ledger whose inside can be seen. */
export interface Subject {
  emptyState(now: () => Date): MemoryState;
  memoryOn(state: MemoryState): Ledger;
}

/** The ledger as it is shipped. */
export const SHIPPED: Subject = { emptyState, memoryOn };
