/** Backfills that live in memory. @module */
import {
  type BackfillPlanView,
  type BackfillRequest,
  type BackfillService,
  type BackfillView,
  UnknownName,
} from "engine";

const hour = 3_600_000;

/** Two backfills: one goes on, one has ended. */
export class FakeBackfills implements BackfillService {
  /** Calls that changed something, in words. */
  readonly calls: string[] = [];
  #all: BackfillView[];

  constructor(now: Date) {
    this.#all = fakes(now);
  }

  planBackfill(request: BackfillRequest): Promise<BackfillPlanView> {
    return Promise.resolve({
      title: titleOf(request),
      slices: 3,
      runs: 1,
      concurrency: 4,
      assets: [{ asset: "models/mood", partitions: "2025-01-20..2025-01-22", slices: 3 }],
      first: [{
        partition: "2025-01-20..2025-01-22",
        slices: [{ asset: "models/mood", partition: "2025-01-20" }],
        more: 2,
      }],
      expectedMs: 63_000,
      problem: null,
    });
  }

  backfill(request: BackfillRequest) {
    this.calls.push(`backfill ${titleOf(request)} ${(request.only ?? []).join("+")}`.trim());
    return Promise.resolve({ backfill: "3", created: true, slices: 3, runs: 1 });
  }

  backfills(filter: { open?: boolean | undefined; limit?: number | undefined } = {}) {
    const isOpen = (b: BackfillView) => b.endedAt === null;
    const found = this.#all.filter((b) => !filter.open || isOpen(b));
    return Promise.resolve(found.slice(0, filter.limit ?? 50));
  }

  backfillView(id: string) {
    return Promise.resolve(this.#all.find((b) => b.id === id));
  }

  pauseBackfill(id: string) {
    return this.#steer("pause", id, "paused");
  }

  resumeBackfill(id: string) {
    return this.#steer("resume", id, "running");
  }

  cancelBackfill(id: string) {
    return this.#steer("cancel", id, "cancelled");
  }

  #steer(action: string, id: string, status: BackfillView["status"]): Promise<void> {
    if (!this.#all.some((b) => b.id === id)) {
      return Promise.reject(new UnknownName("backfill", id, undefined));
    }
    this.calls.push(`${action} backfill ${id}`);
    this.#all = this.#all.map((b) => b.id === id ? { ...b, status } : b);
    return Promise.resolve();
  }
}

const titleOf = (r: BackfillRequest) => r.job ?? r.selection ?? (r.assets ?? []).join(", ");

function fakes(now: Date): BackfillView[] {
  const ago = (ms: number) => new Date(now.getTime() - ms).toISOString();
  const one: BackfillView = {
    id: "2",
    status: "running",
    title: "ml_training_pipeline",
    reason: "the labels of last year were wrong",
    triggeredBy: "cli",
    definition: { job: "ml_training_pipeline", partitions: ["2024-01-01..2024-12-31"], chunk: 7 },
    assets: [
      { asset: "models/energy", partitions: "2024-01-01..2024-12-31", slices: 366 },
      { asset: "models/mood", partitions: "2024-01-01..2024-12-31", slices: 366 },
    ],
    slices: 732,
    done: { success: 230, failed: 4, skipped: 2, cancelled: 0 },
    running: 2,
    runs: { all: 53, ended: 17, failed: 2 },
    active: ["7f3a91c2"],
    concurrency: 4,
    reverse: false,
    createdAt: ago(hour),
    endedAt: null,
    remainingMs: 2 * hour,
    error: null,
  };
  return [one, {
    ...one,
    id: "1",
    status: "success",
    title: "features/activity",
    reason: "asked for",
    definition: { assets: ["features/activity"], only: ["missing"] },
    assets: [{
      asset: "features/activity",
      partitions: "2025-01-20T00..2025-01-22T18",
      slices: 12,
    }],
    slices: 12,
    done: { success: 12, failed: 0, skipped: 0, cancelled: 0 },
    running: 0,
    runs: { all: 1, ended: 1, failed: 0 },
    active: [],
    createdAt: ago(26 * hour),
    endedAt: ago(25 * hour),
    remainingMs: 0,
  }];
}
