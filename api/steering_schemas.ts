// What is asked of runs that are there, as schemas: their views are in the engine.
import { z } from "@hono/zod-openapi";
import { RunStatus, RunSummary } from "./schemas.ts";

const by = z.string().min(1).max(200).optional()
  .openapi({ description: "Who asks: kept with what is done, and shown" });

/** Who ends something. */
export const CancelRequest = z.object({ by }).strict().openapi("CancelRequest");

/** Which steps of a run are run again, and from what. */
export const RerunRequest = z.object({
  which: z.enum(["failed", "all"]).optional()
    .openapi({ description: "What did not succeed (usual), or everything" }),
  only: z.string().min(1).optional().openapi({
    description: "Only steps of these assets, whatever became of them",
    example: "group:models",
  }),
  downstream: z.boolean().optional()
    .openapi({ description: "Also the steps of the run that need those" }),
  inputs: z.enum(["newest", "same"]).optional()
    .openapi({ description: "The visible versions (usual), or those that the run read" }),
  triggeredBy: z.string().min(1).max(200).optional(),
}).strict().openapi("RerunRequest");

/** Which runs, and who asks. */
export const ManyRunsRequest = z.object({
  status: RunStatus.optional(),
  job: z.string().min(1).optional(),
  selection: z.string().min(1).optional().openapi({ example: "group:features" }),
  olderThan: z.templateLiteral([z.number(), z.enum(["ms", "s", "m", "h", "d"])]).optional()
    .openapi({ type: "string", example: "2h" }),
  since: z.string().optional().openapi({ example: "2025-01-27" }),
  dryRun: z.boolean().optional().openapi({ description: "Only tell which they are" }),
  expect: z.number().int().min(0).optional()
    .openapi({ description: "How many they have to be; refused if they are not as many" }),
  by,
}).strict().openapi("ManyRunsRequest");

/** What came of it. */
export const ManyRuns = z.object({
  matched: z.number().int(),
  runs: z.array(RunSummary).readonly().openapi({ description: "The first 100, newest first" }),
  done: z.array(z.object({ run: z.string(), started: z.string().nullable() })).readonly(),
  refused: z.array(z.object({ run: z.string(), why: z.string() })).readonly(),
}).openapi("ManyRuns");
