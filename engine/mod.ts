/**
 * Declare assets as functions of other assets; the engine keeps them fresh.
 *
 * ```ts
 * import { asset, define, freshness, when } from "engine";
 *
 * const clicks = asset({ name: "clicks", materialize: () => [3, 1, 2] });
 * const total = asset({
 *   name: "total",
 *   deps: { clicks },
 *   freshness: freshness({ within: "26h" }),
 *   when: when.eager,
 *   materialize: ({ clicks }) => clicks.reduce((a, b) => a + b),
 * });
 *
 * export const definitions = define({ clicks, total });
 * ```
 *
 * @module
 */
export * from "./declare/asset.ts";
export * from "./declare/check.ts";
export * from "./declare/crons.ts";
export * from "./declare/deadline.ts";
export * from "./declare/deps.ts";
export * from "./declare/duration.ts";
export * from "./declare/errors.ts";
export * from "./declare/event_sensors.ts";
export * from "./declare/external.ts";
export * from "./declare/freshness.ts";
export * from "./declare/job.ts";
export * from "./declare/lazy.ts";
export * from "./declare/listen_sensor.ts";
export * from "./declare/multi_asset.ts";
export * from "./declare/partitions.ts";
export * from "./declare/pool.ts";
export * from "./declare/resource.ts";
export * from "./declare/masked.ts";
export * from "./declare/schedule.ts";
export * from "./declare/secret.ts";
export * from "./declare/sensor.ts";
export * from "./declare/store.ts";
export * from "./declare/table.ts";
export * from "./declare/when.ts";
export * from "./graph/define.ts";
export * from "./graph/fingerprint.ts";
export * from "./graph/mapping.ts";
export * from "./graph/mapping_problem.ts";
export * from "./graph/nearest.ts";
export * from "./graph/order.ts";
export * from "./graph/code_version.ts";
export * from "./graph/select.ts";
export * from "./graph/wanted.ts";
export * from "./feature/cache.ts";
export * from "./feature/memory_online_store.ts";
export * from "./feature/online_store.ts";
export * from "./feature/unavailable.ts";
export * from "./feature/view.ts";
export * from "./ledger/backfills.ts";
export * from "./ledger/failures.ts";
export * from "./ledger/known.ts";
export * from "./ledger/ledger.ts";
export * from "./ledger/measures.ts";
export * from "./ledger/pause.ts";
export * from "./ledger/pools.ts";
export * from "./ledger/records.ts";
export * from "./ledger/pools.ts";
export * from "./ledger/sets.ts";
export * from "./ledger/switches.ts";
export * from "./ledger/tracing.ts";
export * from "./ledger/transitions.ts";
export * from "./decide/condition_crons.ts";
export * from "./decide/condition_words.ts";
export * from "./decide/breach.ts";
export * from "./decide/deadline.ts";
export * from "./decide/backfill.ts";
export * from "./decide/backfill_estimate.ts";
export * from "./decide/backfill_runs.ts";
export * from "./decide/choose_backfill.ts";
export * from "./decide/chosen.ts";
export * from "./decide/definitions_diff.ts";
export * from "./decide/due.ts";
export * from "./decide/expected.ts";
export * from "./decide/frozen_plan.ts";
export * from "./decide/full_pools.ts";
export * from "./decide/inputs.ts";
export * from "./decide/jitter.ts";
export * from "./decide/judge.ts";
export * from "./decide/late.ts";
export * from "./decide/line.ts";
export * from "./decide/named_slices.ts";
export * from "./decide/pins.ts";
export * from "./decide/plan.ts";
export * from "./decide/promise.ts";
export * from "./decide/track.ts";
export * from "./decide/ranges.ts";
export * from "./decide/required.ts";
export * from "./decide/retry.ts";
export * from "./decide/rerun.ts";
export * from "./decide/rules.ts";
export * from "./decide/slice_ranges.ts";
export * from "./decide/slow.ts";
export * from "./decide/status.ts";
export * from "./decide/submission.ts";
export * from "./decide/targets.ts";
export * from "./decide/why.ts";
export * from "./decide/why_facts.ts";
export * from "./run/apply.ts";
export * from "./run/attend.ts";
export * from "./run/automation.ts";
export * from "./run/automation_views.ts";
export * from "./run/backfill_views.ts";
export * from "./run/backfilling.ts";
export * from "./run/bench.ts";
export * from "./run/cron.ts";
export * from "./run/ears.ts";
export * from "./run/error_of.ts";
export * from "./run/hear.ts";
export * from "./run/families.ts";
export * from "./run/crew_views.ts";
export * from "./run/isolate.ts";
export * from "./run/isolate/serve.ts";
export * from "./run/isolate/wire.ts";
export * from "./run/key_sets.ts";
export { withCodeVersion } from "./run/versioned.ts";
export * from "./run/lend.ts";
export * from "./run/listening.ts";
export * from "./run/loops.ts";
export * from "./run/log_backlog.ts";
export * from "./run/masked_outcome.ts";
export * from "./run/materialize.ts";
export * from "./run/sense.ts";
export * from "./run/service.ts";
export * from "./run/simulate/mod.ts";
export * from "./run/simulation_views.ts";
export * from "./run/steering_views.ts";
export * from "./run/step.ts";
export * from "./run/step_log.ts";
export * from "./run/tick.ts";
export * from "./run/views.ts";
export * from "./run/why.ts";
export * from "./run/work_of.ts";
export * from "./run/worker.ts";
export * from "./notice/broken.ts";
export * from "./notice/channel.ts";
export * from "./notice/episodes.ts";
export * from "./notice/event_log.ts";
export * from "./notice/log_channel.ts";
export * from "./notice/outbox.ts";
export * from "./notice/relay.ts";
export * from "./notice/sign.ts";
export * from "./notice/timeouts.ts";
export * from "./notice/watch.ts";
