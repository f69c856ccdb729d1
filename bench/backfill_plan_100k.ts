/**
 * What a backfill of 100,000 partitions costs before its first step runs.
 *
 * @module
 */
import { asset, createService, define, nextTicks, partitions } from "engine";
import { openLedger } from "../adapters/postgres/ledger/ledger.ts";
import { type Bench, figure, secondsOf } from "./bench.ts";
import { place } from "./place.ts";

const SLICES = 100_000;
const START = "2014-01-01T00";
const NOW = new Date(Date.parse(`${START}:00:00Z`) + SLICES * 3_600_000);
const hourly = partitions.hourly({ start: START });

/** A chain of three, all of them missing. */
function declared() {
  const a = asset({ name: "a", partitions: hourly, materialize: () => 1 });
  const b = asset({ name: "b", deps: { a }, partitions: hourly, materialize: () => 1 });
  const c = asset({ name: "c", deps: { b }, partitions: hourly, materialize: () => 1 });
  return define({ a, b, c });
}

/** The measurement. */
export const bench: Bench = {
  name: "backfill_plan_100k",
  what: "dry run of 100,000 missing partitions, of a chain of three as well, and starting it",
  async measure() {
    await using database = await place();
    await using ledger = await openLedger(database.url);
    const service = createService({
      definitions: declared(),
      ledger,
      clock: { now: () => NOW },
      about: {
        version: "",
        startedAt: NOW.toISOString(),
        adapters: { postgres: "embedded", online: "postgres", events: "outbox", objects: "file" },
      },
      health: () => Promise.resolve({ ok: true, dependencies: [] }),
      nextTicks,
    });
    const plan = (selection: string) =>
      secondsOf(() => service.planBackfill({ selection, only: ["missing"], chunk: 24 }));
    const start = async () => {
      const request = { selection: "a", only: ["missing"], chunk: 24 } as const;
      let id = "";
      const seconds = await secondsOf(async () => {
        const { backfill, slices } = await service.backfill(request);
        if (slices !== SLICES) throw new Error(`Cannot measure: ${slices} slices are missing`);
        id = backfill;
      });
      await service.cancelBackfill(id);
      return seconds;
    };
    const params = { partitions: SLICES };
    await plan("a");
    const one = [await plan("a"), await plan("a"), await plan("a")];
    const three = [await plan("a b c"), await plan("a b c"), await plan("a b c")];
    const started = [await start()];
    return [
      figure({ name: "backfill_plan_100k", unit: "s", params }, one),
      figure({ name: "backfill_plan_3x100k", unit: "s", params }, three),
      figure({ name: "backfill_start_100k", unit: "s", params }, started),
    ];
  },
};
