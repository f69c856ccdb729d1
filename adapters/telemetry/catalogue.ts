/**
 * Every metric of the program: `docs/guide/telemetry.md` tells of them, and a test compares both.
 *
 * The job of a run is in `job_name`, since Prometheus sets `job` itself.
 *
 * @module
 */
import type { Metric } from "./exposition.ts";

type Type = Metric["type"];

const metric = <T extends Type>(
  type: T,
  name: string,
  help: string,
  ...labels: readonly string[]
): Metric => ({ type, name, help, labels });

/** Upper bounds of the buckets of run durations, seconds. */
export const RUN_BOUNDS: readonly number[] = [
  0.1,
  0.5,
  1,
  5,
  15,
  60,
  300,
  900,
  3_600,
  14_400,
  43_200,
];

/** All of them, by a name of their own. */
export const CATALOGUE = {
  build: metric("gauge", "aurora_build_info", "Version of this process; always 1", "version"),
  runs: metric("counter", "aurora_runs_total", "Runs that ended", "job_name", "state"),
  runDuration: metric(
    "histogram",
    "aurora_run_duration_seconds",
    "Seconds from the start to the end of runs that succeeded or failed",
    "job_name",
  ),
  activeRuns: metric(
    "gauge",
    "aurora_runs_active",
    "Runs that have not ended",
    "job_name",
    "state",
  ),
  oldestRun: metric(
    "gauge",
    "aurora_oldest_run_seconds",
    "Seconds since the oldest run of a state began, or was submitted if it is queued",
    "job_name",
    "state",
  ),
  steps: metric("counter", "aurora_steps_total", "Steps that ended", "asset", "state"),
  stepDuration: metric(
    "summary",
    "aurora_step_duration_seconds",
    "Seconds that steps took that succeeded",
    "asset",
  ),
  assets: metric("gauge", "aurora_assets", "Assets by where they stand", "status"),
  age: metric(
    "gauge",
    "aurora_asset_age_seconds",
    "Seconds since the newest slice of an asset was built",
    "asset",
  ),
  lag: metric(
    "gauge",
    "aurora_freshness_lag_seconds",
    "Seconds by which an asset is later than it promised; 0 while it keeps the promise",
    "asset",
  ),
  queue: metric("gauge", "aurora_queue_steps", "Steps in a queue", "queue", "state"),
  queueAge: metric(
    "gauge",
    "aurora_queue_oldest_step_seconds",
    "Seconds since the oldest step of a state could have begun, or began",
    "queue",
    "state",
  ),
  poolSlots: metric("gauge", "aurora_pool_slots", "Slots of a pool", "pool"),
  poolTaken: metric("gauge", "aurora_pool_slots_taken", "Slots that running steps have", "pool"),
  poolWaiting: metric("gauge", "aurora_pool_steps_waiting", "Queued steps that need it", "pool"),
  unsent: metric("gauge", "aurora_outbox_unsent_events", "Events not sent yet", "topic"),
  refused: metric(
    "gauge",
    "aurora_outbox_refused_events",
    "Events that the broker refused and that are set aside",
    "topic",
  ),
  outboxLag: metric(
    "gauge",
    "aurora_outbox_lag_seconds",
    "Seconds since the oldest event that is neither sent nor refused was written; 0 if there is none, or no Kafka",
  ),
  workers: metric("gauge", "aurora_workers", "Workers that live"),
  workerSlots: metric("gauge", "aurora_worker_slots", "Steps that all workers run at once at most"),
  workerTaken: metric("gauge", "aurora_worker_slots_taken", "Steps that run"),
  connections: metric(
    "gauge",
    "aurora_database_connections",
    "Connections to the database of all programs by state",
    "state",
  ),
  connectionLimit: metric(
    "gauge",
    "aurora_database_connections_limit",
    "Connections that the database server takes at most",
  ),
  alerts: metric("gauge", "aurora_alerts_open", "Alerts that are open", "kind", "severity"),
  uncounted: metric(
    "gauge",
    "aurora_facts_uncounted",
    "Facts that the counters do not include yet; 0 but after an upgrade with much history",
  ),
  memory: metric("gauge", "process_resident_memory_bytes", "Resident memory of this process"),
  heap: metric("gauge", "process_heap_bytes", "JavaScript heap in use of this process"),
  started: metric(
    "gauge",
    "process_start_time_seconds",
    "Start of this process, seconds since 1970",
  ),
} as const;
