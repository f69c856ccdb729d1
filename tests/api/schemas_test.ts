import type { z } from "@hono/zod-openapi";
import type * as engine from "engine";
import type * as alerting from "../../api/alert_routes.ts";
import type * as connecting from "../../api/connection_routes.ts";
import type * as backfill from "../../api/backfill_schemas.ts";
import type * as steering from "../../api/steering_schemas.ts";
import type * as schema from "../../api/schemas.ts";
import type * as simulation from "../../api/simulation_schemas.ts";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true
  : false;
type Expect<T extends true> = T;
/** Readonly through and through: schemas cannot say it of objects, views always do. */
type Deep<T> = engine.Json extends T ? "json"
  : T extends string | number | boolean | null | undefined ? T
  : { readonly [K in keyof T]: Deep<T[K]> };
type Same<Schema extends z.ZodType, View> = Equal<Deep<z.infer<Schema>>, Deep<View>>;

/** Each schema describes its view of the engine, no more and no less. */
export type SchemasDescribeViews = [
  Expect<Same<typeof schema.About, engine.About>>,
  Expect<Same<typeof schema.Health, engine.HealthView>>,
  Expect<Same<typeof schema.Overview, engine.Overview>>,
  Expect<Same<typeof schema.AssetCard, engine.AssetCard>>,
  Expect<Same<typeof schema.Lineage, engine.LineageView>>,
  Expect<Same<typeof schema.Job, engine.JobView>>,
  Expect<Same<typeof schema.Sensor, engine.SensorView>>,
  Expect<Same<typeof schema.Alert, engine.AlertView>>,
  Expect<Same<typeof alerting.Silence, engine.SilenceView>>,
  Expect<Same<typeof connecting.Connections, engine.ConnectionsView>>,
  Expect<Same<typeof connecting.ConnectionTest, engine.ConnectionTestView>>,
  Expect<Same<typeof connecting.ConnectionRotation, engine.ConnectionRotationView>>,
  Expect<Same<typeof schema.Check, engine.CheckView>>,
  Expect<Same<typeof schema.Failure, engine.FailureView>>,
  Expect<Same<typeof schema.RunSummary, engine.RunSummary>>,
  Expect<Same<typeof schema.Runs, engine.RunsView>>,
  Expect<Same<typeof schema.Step, engine.StepView>>,
  Expect<Same<typeof schema.Run, engine.RunView>>,
  Expect<Same<typeof schema.Partitions, engine.PartitionsView>>,
  Expect<Same<typeof schema.Plan, engine.PlanView>>,
  Expect<Same<typeof simulation.Simulation, engine.SimulationView>>,
  Expect<Same<typeof schema.Why, engine.WhyView>>,
  Expect<Same<typeof schema.Evaluations, engine.EvaluationsView>>,
  Expect<Same<typeof schema.Switch, engine.SwitchView>>,
  Expect<Same<typeof schema.Tick, engine.TickView>>,
  Expect<Same<typeof schema.Sense, engine.SenseView>>,
  Expect<Same<typeof schema.StartedRun, engine.StartedRun>>,
  Expect<Same<typeof schema.Materialization, engine.MaterializationView>>,
  Expect<Same<typeof schema.Asset, engine.AssetView>>,
  Expect<Same<typeof schema.LogLine, engine.LogLine>>,
  Expect<Same<typeof schema.Quality, engine.QualityView>>,
  Expect<Same<typeof schema.Events, engine.EventsView>>,
  Expect<Same<typeof steering.ManyRuns, engine.ManyRunsView>>,
  Expect<Same<typeof steering.ManyRunsRequest, engine.ManyRunsRequest>>,
  Expect<Same<typeof steering.RerunRequest, engine.RerunRequest>>,
  Expect<Same<typeof steering.CancelRequest, engine.CancelRequest>>,
  Expect<Same<typeof backfill.Backfill, engine.BackfillView>>,
  Expect<Same<typeof backfill.BackfillPlan, engine.BackfillPlanView>>,
  Expect<Same<typeof backfill.StartedBackfill, engine.StartedBackfill>>,
];
