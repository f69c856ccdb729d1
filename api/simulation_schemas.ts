/** What a simulation looks like over HTTP. @module */
import { z } from "@hono/zod-openapi";

const list = <T extends z.ZodType>(item: T) => z.array(item).readonly();
const instant = z.string().openapi({ format: "date-time", example: "2025-01-27T06:00:00.000Z" });
const state = z.enum(["queued", "running", "success", "failed", "cancelled"]);
const ms = z.number();

/** What is simulated. */
export const SimulationQuery = z.object({
  days: z.coerce.number().positive().max(31).optional().openapi({ description: "7 unless given" }),
  from: z.string().optional().openapi({ example: "2025-01-27T06:00:00Z" }),
  slots: z.coerce.number().int().min(1).max(10_000).optional()
    .openapi({ description: "Steps at once, instead of those of the living workers" }),
  assume: z.string().optional()
    .openapi({ description: "How long a step takes that never ran, `5m`; 30s unless given" }),
});

const Broken = z.object({ asset: z.string(), from: instant, to: instant });

/** Days that have not been yet. */
export const Simulation = z.object({
  from: instant,
  to: instant,
  ticks: list(z.object({ at: instant, name: z.string(), result: z.string() })),
  runs: list(z.object({
    title: z.string(),
    partition: z.string().nullable(),
    trigger: z.string(),
    by: z.string().nullable(),
    state,
    steps: z.number().int(),
    createdAt: instant,
    startedAt: instant.nullable(),
    endedAt: instant.nullable(),
  })),
  alike: list(z.object({
    title: z.string(),
    runs: z.number().int(),
    lastAt: instant,
    lastState: state,
    takesMs: ms.nullable(),
    waitsMs: ms.nullable(),
  })).openapi({ description: "Runs of the same thing; the longest of their times" }),
  waiting: list(z.object({
    queue: z.string(),
    steps: z.number().int(),
    p50: ms,
    max: ms,
    left: z.number().int(),
  })).openapi({ description: "How long steps waited for workers, milliseconds" }),
  pools: list(z.object({
    pool: z.string(),
    slots: z.number().int(),
    steps: z.number().int(),
    waited: z.number().int(),
    p50: ms,
    max: ms,
    left: z.number().int(),
    missed: list(Broken).openapi({ description: "Promises that would be kept without its limit" }),
  })),
  broken: list(Broken).openapi({ description: "Freshness and deadlines that will be missed" }),
  assumed: list(z.string()),
  assumedMs: ms,
}).openapi("Simulation");
