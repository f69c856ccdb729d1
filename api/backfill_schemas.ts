// Backfills over the wire; see schemas.ts.
import { z } from "@hono/zod-openapi";
import type { Json } from "engine";

const list = <T extends z.ZodType>(item: T) => z.array(item).readonly();
const instant = z.string().openapi({ format: "date-time", example: "2025-01-27T06:00:00.000Z" });
const json = z.custom<Json>().openapi({
  description: "What was asked for, as it was asked",
  type: ["object", "array", "string", "number", "boolean", "null"],
});
const whole = z.number().int();

const asset = z.object({
  asset: z.string(),
  partitions: z.string().nullable().openapi({ example: "2025-01-01..2025-01-31,2025-03-01" }),
  slices: whole,
});
const slice = z.object({ asset: z.string(), partition: z.string().nullable() });

/** A backfill in one row. */
export const Backfill = z.object({
  id: z.string(),
  status: z.enum(["running", "paused", "success", "failed", "cancelled"]),
  title: z.string(),
  reason: z.string(),
  triggeredBy: z.string(),
  definition: json,
  assets: list(asset),
  slices: whole,
  done: z.object({ success: whole, failed: whole, skipped: whole, cancelled: whole }),
  running: whole,
  runs: z.object({ all: whole, ended: whole, failed: whole }),
  active: list(z.string()),
  concurrency: whole,
  reverse: z.boolean(),
  createdAt: instant,
  endedAt: instant.nullable(),
  remainingMs: z.number().nullable(),
  error: z.string().nullable(),
}).openapi("Backfill");

/** What a backfill would do. */
export const BackfillPlan = z.object({
  title: z.string(),
  slices: whole,
  runs: whole,
  concurrency: whole,
  assets: list(asset),
  first: list(z.object({ partition: z.string().nullable(), slices: list(slice), more: whole })),
  expectedMs: z.number().nullable(),
  problem: z.string().nullable(),
}).openapi("BackfillPlan");

/** A backfill that was just asked for; `created` is false if the same had been asked for before. */
export const StartedBackfill = z.object({
  backfill: z.string(),
  created: z.boolean(),
  slices: whole,
  runs: whole,
}).openapi("StartedBackfill");

/** What to backfill. */
export const BackfillRequest = z.object({
  job: z.string().min(1).optional().openapi({ example: "ml_training_pipeline" }),
  selection: z.string().min(1).optional().openapi({ example: "group:features" }),
  assets: z.array(z.string().min(1)).max(10_000).optional(),
  partitions: z.array(z.string().min(1)).max(100_000).optional()
    .openapi({ example: ["2025-01-20..2025-01-27"] }),
  only: z.array(z.enum(["missing", "failed", "stale"])).optional(),
  downstream: z.boolean().optional(),
  reverse: z.boolean().optional(),
  chunk: z.union([z.number().int().min(1), z.literal("all")]).optional()
    .openapi({ description: "Partitions to a run" }),
  concurrency: z.number().int().min(1).max(1_000).optional()
    .openapi({ description: "Runs that may be active at once" }),
  key: z.string().min(1).max(500).optional()
    .openapi({ description: "Asking twice with the same key is asking once" }),
  reason: z.string().max(1_000).optional(),
  triggeredBy: z.string().max(200).optional(),
}).strict().refine(
  (request) =>
    [request.job, request.selection, request.assets?.length || undefined]
      .filter((given) => given !== undefined).length === 1,
  { message: 'name what to backfill: one of "job", "selection" and "assets"' },
).openapi("BackfillRequest");

/** Which backfills. */
export const BackfillsQuery = z.object({
  open: z.enum(["true", "false"]).optional(),
  limit: z.coerce.number().int().min(1).max(500).optional(),
});
