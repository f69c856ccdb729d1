/**
 * What a result leaves behind in the in-memory ledger: a version, verdicts of checks, events.
 *
 * @module
 */
import { eventId } from "./event_id.ts";
import {
  announce,
  at,
  type MemoryState,
  place,
  remember,
  sliceId,
  type StepNode,
} from "./memory_state.ts";
import type { MaterializationRecord, Result } from "./records.ts";

/** Makes the result of the last attempt of a step the visible version. */
export function publish(state: MemoryState, step: StepNode, result: Result): void {
  const made = record(state, step, result, true);
  if ((step.slice.visible?.version ?? 0n) < made.version) step.slice.visible = made;
  for (const [ordinal, event] of result.events.entries()) {
    state.outbox.push({
      id: place(state.outbox.length + 1),
      topic: event.topic,
      key: event.key,
      eventId: eventId("memory", made.version, ordinal),
      schemaVersion: event.schemaVersion ?? 1,
      run: step.run.id,
      payload: structuredClone(event.payload),
      createdAt: made.at,
      sentAt: null,
      refusedAt: null,
      refusedReason: null,
    });
  }
  if (result.events.length > 0) announce(state, { of: "outbox" });
}

/** Keeps a result that must not be seen. */
export function withhold(state: MemoryState, step: StepNode, result: Result): void {
  record(state, step, result, false);
}

function record(
  state: MemoryState,
  step: StepNode,
  result: Result,
  published: boolean,
): MaterializationRecord {
  const { asset, partition } = step.planned;
  const attempt = step.attempts.at(-1)!;
  const { checks, events: _sentElsewhere, ...kept } = structuredClone(result);
  const now = state.now();
  const made: MaterializationRecord = {
    asset,
    partition,
    ...kept,
    version: attempt.version,
    at: now,
    run: step.run.id,
    step: step.index,
    durationMs: now.getTime() - attempt.startedAt.getTime(),
    published,
  };
  at(state.materializations, asset, () => []).push(made);
  for (const check of checks) {
    const id = `${sliceId(asset, partition)}\n${check.check}`;
    state.checks.set(id, { ...check, asset, partition, at: now, run: step.run.id });
  }
  remember(state, {
    kind: published ? "materialized" : "withheld",
    name: asset,
    partition,
    run: step.run.id,
    step: step.index,
    data: {
      version: String(made.version),
      dataVersion: made.dataVersion,
      code: made.code,
      config: made.config,
    },
  });
  return made;
}
