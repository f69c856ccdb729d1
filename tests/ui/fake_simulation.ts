/** Days that have not been yet, as a fixture. @module */
import type { SimulateRequest, SimulationView } from "engine";

const DAY = 86_400_000;

/** One nightly job whose steps wait for a pool, and one promise that is missed for it. */
export function fakeSimulation(now: Date, request: SimulateRequest): SimulationView {
  const to = new Date(now.getTime() + (request.days ?? 7) * DAY).toISOString();
  const tick = "2025-01-29T02:00:00.000Z";
  const late = {
    asset: "models/mood",
    from: "2025-01-29T03:10:00.000Z",
    to: "2025-01-29T03:30:00.000Z",
  };
  return {
    from: now.toISOString(),
    to,
    ticks: [{ at: tick, name: "schedule:ml_training_pipeline", result: "requested run 1" }],
    runs: [{
      title: "ml_training_pipeline",
      partition: "2025-01-28",
      trigger: "schedule",
      by: "ml_training_pipeline",
      state: "success",
      steps: 3,
      createdAt: tick,
      startedAt: tick,
      endedAt: "2025-01-29T03:30:00.000Z",
    }],
    alike: [{
      title: "ml_training_pipeline",
      runs: 1,
      lastAt: tick,
      lastState: "success",
      takesMs: 5_400_000,
      waitsMs: 0,
    }],
    waiting: [{ queue: "default", steps: 3, p50: 0, max: 1_500, left: 0 }],
    pools: [{
      pool: "warehouse",
      slots: request.slots ?? 1,
      steps: 3,
      waited: 2,
      p50: 1_800_000,
      max: 3_600_000,
      left: 0,
      missed: [late],
    }],
    broken: [late, { asset: "quality/report", from: "2025-01-30T03:00:00.000Z", to }],
    assumed: ["features/social"],
    assumedMs: 30_000,
  };
}
