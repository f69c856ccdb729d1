/**
 * Who works, and what they share.
 *
 * @module
 */
import { UnknownName } from "../../declare/errors.ts";
import { codeVersion } from "../../graph/code_version.ts";
import { nearest } from "../../graph/nearest.ts";
import type { PoolRecord } from "../../ledger/pools.ts";
import type { CrewService, PoolView, WorkerView } from "../crew_views.ts";
import type { ServiceOptions } from "./ports.ts";
import { instant, partitionOrNull } from "./words.ts";

/** The part of the service that is about workers and pools. */
export function crewService(o: ServiceOptions): CrewService {
  return {
    workers: () => workerViews(o),
    pools: async () => (await o.ledger.pools()).map((p) => poolView(o, p)),
    async setPool(name, { slots, by = "api" }) {
      if (slots !== null && !(Number.isInteger(slots) && slots >= 0)) {
        throw new RangeError(
          `Cannot set pool "${name}": ${slots} slots is no whole number from 0, nor "declared"`,
        );
      }
      const found = await o.ledger.setPool(name, slots, by);
      const pools = await o.ledger.pools();
      const pool = pools.find((p) => p.name === name);
      if (!found || !pool) {
        throw new UnknownName("pool", name, nearest(name, pools.map((p) => p.name)));
      }
      return poolView(o, pool);
    },
  };
}

async function workerViews({ ledger, definitions }: ServiceOptions): Promise<WorkerView[]> {
  const [workers, held] = await Promise.all([ledger.workers(), ledger.held()]);
  const code = codeVersion(definitions);
  return workers.map((w) => ({
    ...w,
    running: held.get(w.id) ?? 0,
    current: w.code === null || w.code === code,
    startedAt: instant(w.startedAt),
    seenAt: instant(w.seenAt),
  }));
}

const poolView = ({ definitions }: ServiceOptions, pool: PoolRecord): PoolView => ({
  ...pool,
  description: definitions.pools.find((p) => p.name === pool.name)?.description ?? "",
  taken: pool.holders.reduce((n, h) => n + h.slots, 0),
  holders: pool.holders.map((h) => ({
    ...h,
    partition: partitionOrNull(h.partition),
    since: instant(h.since),
  })),
});
