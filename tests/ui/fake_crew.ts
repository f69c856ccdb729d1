import { type PoolView, UnknownName, type WorkerView } from "engine";
import { FakeBackfills } from "./fake_backfills.ts";

/** Two workers, one with other code, and a pool of which a run holds some. */
export class FakeCrew extends FakeBackfills {
  #slots: number | null = null;

  workers(): Promise<readonly WorkerView[]> {
    const worker = {
      host: "train-1",
      queues: ["default"],
      slots: 4,
      startedAt: "2025-01-28T06:00:00.000Z",
      seenAt: "2025-01-28T08:29:59.000Z",
    };
    return Promise.resolve([
      { ...worker, id: "1", pid: 4021, running: 2, code: "3f9a0c12be77", current: true },
      { ...worker, id: "2", pid: 4022, running: 1, code: "88aa01d2c3f4", current: false },
    ]);
  }

  pools(): Promise<readonly PoolView[]> {
    return Promise.resolve([{
      name: "warehouse",
      description: "Connections of the warehouse",
      slots: this.#slots ?? 3,
      declared: 3,
      by: this.#slots === null ? null : "ui",
      taken: 2,
      waiting: 5,
      holders: [{
        run: "7f3a91c2",
        asset: "predictions/energy",
        partition: "2025-01-28",
        slots: 2,
        since: "2025-01-28T08:28:26.000Z",
      }],
    }]);
  }

  async setPool(name: string, { slots }: { readonly slots: number | null }): Promise<PoolView> {
    if (name !== "warehouse") throw new UnknownName("pool", name, "warehouse");
    this.#slots = slots;
    return (await this.pools())[0]!;
  }
}
