/**
 * Pools of the in-memory ledger.
 *
 * @module
 */
import { announce, type MemoryState, type StepNode } from "./memory_state.ts";
import type { PoolHolder, PoolRecord } from "./pools.ts";

/** A pool that may change. */
export interface PoolNode {
  declared: number;
  slots: number;
  by: string | null;
}

const needOf = (step: StepNode, pool: string) => step.planned.pools[pool] ?? 0;

function* running(state: MemoryState): Iterable<StepNode> {
  for (const worker of state.workers.values()) yield* worker.held;
}

/** Whether every pool that a step needs has slots enough left. One that nobody declared has none. */
export function fitsPools(state: MemoryState, step: StepNode): boolean {
  return Object.entries(step.planned.pools).every(([name, need]) => {
    const slots = state.pools.get(name)?.slots ?? 0;
    let taken = 0;
    for (const other of running(state)) taken += needOf(other, name);
    return taken + need <= slots;
  });
}

/** Every pool. */
export function pools(state: MemoryState): PoolRecord[] {
  return [...state.pools].sort(([a], [b]) => a < b ? -1 : 1).map(([name, pool]) => ({
    name,
    ...pool,
    holders: holders(state, name),
    waiting: state.ready.filter((s) => s.readyAt! <= state.now() && needOf(s, name) > 0).length,
  }));
}

function holders(state: MemoryState, name: string): PoolHolder[] {
  return [...running(state)].filter((s) => needOf(s, name) > 0)
    .map((s) => ({
      run: s.run.id,
      asset: s.planned.asset,
      partition: s.planned.partition,
      slots: needOf(s, name),
      since: s.startedAt!,
    }))
    .sort((a, b) => a.since.getTime() - b.since.getTime());
}

/** Makes the pools of the code known. */
export function declarePools(
  state: MemoryState,
  slots: { readonly [pool: string]: number },
): void {
  for (const [name, declared] of Object.entries(slots)) {
    const known = state.pools.get(name);
    if (!known) state.pools.set(name, { declared, slots: declared, by: null });
    else Object.assign(known, { declared, ...known.by === null ? { slots: declared } : {} });
  }
  announce(state, { of: "step" });
}

/** Sets how many slots there are. */
export function setPool(
  state: MemoryState,
  name: string,
  slots: number | null,
  by: string,
): boolean {
  const pool = state.pools.get(name);
  if (!pool) return false;
  Object.assign(pool, slots === null ? { slots: pool.declared, by: null } : { slots, by });
  announce(state, { of: "step" });
  return true;
}
