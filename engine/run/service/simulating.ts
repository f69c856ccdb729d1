/**
 * Days that have not been yet, from what is remembered now.
 *
 * @module
 */
import { type Duration, milliseconds } from "../../declare/duration.ts";
import type { Ledger } from "../../ledger/ledger.ts";
import { pausedOf } from "../../ledger/switches.ts";
import { nextTick } from "../cron.ts";
import { simulate, type VirtualWorker } from "../simulate/mod.ts";
import type { AsText, SimulateRequest, SimulationView } from "../simulation_views.ts";
import type { ServiceOptions } from "./ports.ts";

/** Slots if no worker is alive: what one worker takes unless told otherwise. */
const SLOTS = 4;
/** What a step takes of which nothing is known. */
const ASSUMED = "30s";
/** More days than this are a mistake. */
const MOST_DAYS = 366;

function daysOf({ days = 7 }: SimulateRequest): number {
  if (days > 0 && days <= MOST_DAYS) return days;
  throw new RangeError(`Cannot simulate "${days}" days: give a number up to ${MOST_DAYS}`);
}

function fromOf({ from }: SimulateRequest, now: Date): Date {
  if (from === undefined) return now;
  const at = new Date(from);
  // Without a zone it would be another instant on another machine.
  const isInstant = /^\d{4}-\d\d-\d\d(T.+(Z|[+-]\d\d:?\d\d))?$/i.test(from);
  if (isInstant && !Number.isNaN(at.getTime())) return at;
  throw new RangeError(
    `Cannot simulate from "${from}": it is no instant such as "2025-01-27T06:00:00Z"`,
  );
}

function assumedOf({ assume = ASSUMED }: SimulateRequest): number {
  try {
    return milliseconds(assume as Duration);
  } catch (cause) {
    // Those who ask know one kind of refusal.
    throw new RangeError(`Cannot simulate: ${(cause as Error).message}`, { cause });
  }
}

/** The workers that live, or as many slots as are wished, or those of one worker that takes every queue. */
async function crewOf(
  { ledger, definitions }: ServiceOptions,
  { slots: wished }: SimulateRequest,
): Promise<readonly VirtualWorker[]> {
  const living = wished === undefined ? await ledger.workers() : [];
  if (living.length > 0) return living.map(({ queues, slots }) => ({ queues, slots }));
  const slots = wished ?? SLOTS;
  if (!Number.isInteger(slots) || slots < 1) {
    throw new RangeError(`Cannot simulate with "${wished}" slots: give a number from 1`);
  }
  return [{ queues: [...new Set(definitions.assets.map((a) => a.queue))], slots }];
}

/** Slots that pools have now, where the ledger limits by them. */
async function slotsOf(ledger: Ledger): Promise<ReadonlyMap<string, number>> {
  return new Map((await ledger.pools()).map((p) => [p.name, p.slots]));
}

/** Simulates what would happen from an instant on. */
export async function simulateNow(
  o: ServiceOptions,
  request: SimulateRequest,
): Promise<SimulationView> {
  const { definitions, ledger } = o;
  const [days, from] = [daysOf(request), fromOf(request, o.clock.now())];
  const assumeMs = assumedOf(request);
  const [workers, slots, durations, past, paused] = await Promise.all([
    crewOf(o, request),
    slotsOf(ledger),
    ledger.durations(20),
    ledger.slices(),
    pausedOf(ledger, ""),
  ]);
  const found = await simulate({
    definitions,
    from,
    days,
    workers,
    slots,
    durations,
    assumeMs,
    next: nextTick,
    past: past.filter((s) => s.visible && s.visible.at <= from),
    paused,
  });
  return { ...told(found), assumedMs: assumeMs };
}

/** Instants as text, through and through. */
function told<T>(value: T): AsText<T> {
  if (value instanceof Date) return value.toISOString() as AsText<T>;
  if (Array.isArray(value)) return value.map(told) as AsText<T>;
  if (typeof value !== "object" || value === null) return value as AsText<T>;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, told(v)])) as AsText<T>;
}
