// What goes over the wire, as zod schemas: they validate questions, type the answers and become the
// OpenAPI document. `tests/api/schemas_test.ts` holds each of them equal to the view of the engine
// that it describes.
import { z } from "@hono/zod-openapi";
import { ALERT_KINDS, type Json } from "engine";

const list = <T extends z.ZodType>(item: T) => z.array(item).readonly();
const instant = z.string().openapi({ format: "date-time", example: "2025-01-27T06:00:00.000Z" });
/** Any value of JSON. */
export const json: z.ZodType<Json> = z.custom<Json>().openapi({
  description: "Any JSON value",
  type: ["object", "array", "string", "number", "boolean", "null"],
});
const counts = <const S extends readonly string[]>(names: S) =>
  z.object(
    Object.fromEntries(names.map((name) => [name, z.number().int()])) as {
      [Name in S[number]]: z.ZodNumber;
    },
  );

const assetStatusNames = ["missing", "fresh", "stale", "running", "failed", "blocked"] as const;
const freshnessNames = ["ok", "warn", "late", "none"] as const;
const runStatusNames = ["queued", "running", "success", "failed", "cancelled"] as const;
const stepStatusNames = [
  "waiting",
  "queued",
  "running",
  "success",
  "failed",
  "skipped",
  "cancelled",
] as const;

const assetStatus = z.enum(assetStatusNames);
const freshness = z.enum(freshnessNames);
const stepStatus = z.enum(stepStatusNames);
const severity = z.enum(["critical", "error", "warning"]);
const assetCounts = counts(assetStatusNames);
const runCounts = counts(runStatusNames);

/** Where a run stands. */
export const RunStatus = z.enum(runStatusNames);

/** What every failing request is answered with. */
export const Problem = z.object({
  error: z.string().openapi({ example: "not_found" }),
  message: z.string().openapi({
    example: 'Cannot find asset: "features/activty" does not exist',
  }),
  hint: z.string().nullable().openapi({ example: 'Did you mean "features/activity"?' }),
}).openapi("Problem");

/** What this process is and what it stands on. */
export const About = z.object({
  version: z.string(),
  startedAt: instant,
  adapters: z.object({
    postgres: z.enum(["embedded", "external"]),
    online: z.enum(["redis", "postgres"]),
    events: z.enum(["kafka", "outbox"]),
    objects: z.string(),
  }),
  counts: z.object({
    assets: z.number().int(),
    jobs: z.number().int(),
    sensors: z.number().int(),
    workers: z.number().int(),
    runs: z.number().int(),
  }),
  asOf: z.string(),
}).openapi("About");

/** Whether the program can do its work. */
export const Health = z.object({
  ok: z.boolean(),
  dependencies: list(z.object({
    name: z.string(),
    ok: z.boolean(),
    required: z.boolean(),
    detail: z.string(),
    latencyMs: z.number().nullable(),
  })),
}).openapi("Health");

/** Which code answers. */
export const Version = z.object({ version: z.string(), startedAt: instant }).openapi("Version");

/** A named selection with a schedule. */
export const Job = z.object({
  name: z.string(),
  description: z.string(),
  selection: z.string(),
  assets: z.number().int(),
  cron: z.string().nullable(),
  timezone: z.string(),
  enabled: z.boolean(),
  paused: z.boolean(),
  nextTicks: list(instant),
  catchUp: z.enum(["none", "latest", "all"]),
  jitterSeconds: z.number(),
  lastTick: z.object({
    at: instant,
    outcome: z.enum(["requested", "skipped", "failed"]),
    result: z.string(),
  }).nullable(),
  last: z.object({ run: z.string(), status: RunStatus, at: instant }).nullable(),
}).openapi("Job");

/** What a sensor did when it last looked. */
export const Sensor = z.object({
  name: z.string(),
  description: z.string(),
  enabled: z.boolean(),
  paused: z.boolean(),
  failures: z.number().int(),
  intervalSeconds: z.number(),
  cursor: z.string().nullable(),
  lastTickAt: instant.nullable(),
  lastResult: z.string().nullable(),
  lastOutcome: z.enum(["requested", "skipped", "failed"]).nullable(),
  lastRun: z.string().nullable(),
  nextTickAt: instant.nullable(),
}).openapi("Sensor");

/** How a schedule or a sensor shall be switched. */
export const SwitchRequest = z.object({
  name: z.string().regex(/^(schedule|sensor|condition):.+$/).openapi({
    example: "schedule:nightly",
  }),
  paused: z.boolean(),
}).strict().openapi("SwitchRequest");

/** How a switch stands now. */
export const Switch = z.object({ name: z.string(), paused: z.boolean(), changed: z.boolean() })
  .openapi("Switch");

/** Which tick to submit, or to try. */
export const TickRequest = z.object({
  at: z.string().optional().openapi({ example: "2025-01-27T06:00:00Z" }),
  dryRun: z.boolean().optional(),
}).strict().openapi("TickRequest");

/** What a tick asks for, or asked for. */
export const Tick = z.object({
  name: z.string(),
  tick: instant,
  actsAt: instant,
  key: z.string(),
  reason: z.string(),
  steps: list(z.object({
    asset: z.string(),
    partition: z.string().nullable(),
    reason: z.string(),
  })),
  run: z.string().nullable(),
}).openapi("Tick");

/** From where a sensor shall look. */
export const SenseRequest = z.object({
  cursor: json.optional(),
  payloads: z.array(z.string()).max(1_000).optional(),
}).strict().openapi("SenseRequest");

/** What a look of a sensor would ask for. */
export const Sense = z.object({
  name: z.string(),
  requests: list(z.object({
    asset: z.string(),
    partition: z.string().nullable(),
    key: z.string().nullable(),
    reason: z.string(),
  })),
  cursor: json,
}).openapi("Sense");

/** Something that went wrong, with where and why. */
export const Failure = z.object({
  run: z.string(),
  asset: z.string(),
  partition: z.string().nullable(),
  message: z.string(),
  at: instant,
}).openapi("Failure");

/** An episode of something being wrong. */
export const Alert = z.object({
  id: z.string(),
  episode: z.string(),
  kind: z.enum(ALERT_KINDS),
  severity,
  asset: z.string().nullable(),
  title: z.string(),
  message: z.string(),
  openedAt: instant,
  resolvedAt: instant.nullable(),
  run: z.string().nullable(),
  sentTo: list(z.string()),
  deliveries: list(z.object({
    channel: z.string(),
    phase: z.enum(["open", "resolved"]),
    sends: z.number().int(),
    sentAt: instant.nullable(),
    failures: z.number().int(),
    error: z.string().nullable(),
    nextAt: instant.nullable(),
  })),
  acknowledged: z.object({ by: z.string(), at: instant, note: z.string() }).nullable(),
  silence: z.string().nullable(),
}).openapi("Alert");

/** A check and its latest verdict. */
export const Check = z.object({
  asset: z.string(),
  name: z.string(),
  description: z.string(),
  severity,
  blocking: z.boolean(),
  passed: z.boolean().nullable(),
  message: z.string().nullable(),
  at: instant.nullable(),
  partition: z.string().nullable(),
  run: z.string().nullable(),
}).openapi("Check");

/** A run in one line. */
export const RunSummary = z.object({
  id: z.string(),
  status: RunStatus,
  job: z.string().nullable(),
  title: z.string(),
  partition: z.string().nullable(),
  triggeredBy: z.string(),
  reason: z.string(),
  createdAt: instant,
  startedAt: instant.nullable(),
  endedAt: instant.nullable(),
  steps: counts(stepStatusNames),
  error: z.string().nullable(),
  parent: z.string().nullable().openapi({ description: "The run that it runs again" }),
  code: z.string().nullable().openapi({ description: "Version of the code; null: any" }),
  codeBefore: z.string().nullable()
    .openapi({ description: "Version with which it began, if later code went on with it" }),
}).openapi("RunSummary");

/** The answer to "is all well?". */
export const Overview = z.object({
  assets: assetCounts,
  freshness: counts(freshnessNames),
  runs: runCounts,
  failingChecks: list(Check),
  openAlerts: list(Alert),
  jobs: list(Job),
  recentFailures: list(Failure),
  recentRuns: list(RunSummary),
  staleTargets: z.number().int(),
  asOf: z.string(),
}).openapi("Overview");

/** An asset in one line. */
export const AssetCard = z.object({
  name: z.string(),
  group: z.string(),
  kind: z.string(),
  status: assetStatus,
  statusWord: z.string(),
  at: instant.nullable(),
  age: z.string(),
  freshness,
  partitionCounts: assetCounts.nullable(),
  causes: list(z.string()),
}).openapi("AssetCard");

/** The graph: who is made from whom. */
export const Lineage = z.object({
  nodes: list(AssetCard),
  edges: list(z.object({ from: z.string(), to: z.string() })),
  hash: z.string(),
  staleTargets: list(z.string()),
  asOf: z.string(),
}).openapi("Lineage");

/** One materialization that happened. */
export const Materialization = z.object({
  id: z.string(),
  at: instant,
  partition: z.string().nullable(),
  run: z.string(),
  version: z.string(),
  durationMs: z.number(),
  codeVersion: z.string(),
  dataVersion: z.string(),
  inputs: list(z.object({ asset: z.string(), version: z.string() })),
  metadata: z.record(z.string(), json),
}).openapi("Materialization");

/** Everything about one asset. */
export const Asset = z.object({
  card: AssetCard,
  description: z.string(),
  owners: list(z.string()),
  kinds: list(z.string()),
  tags: z.record(z.string(), z.string()),
  config: json,
  freshnessPolicy: z.string().nullable(),
  freshnessState: z.string().nullable(),
  automation: z.string().nullable(),
  partitioning: z.object({
    kind: z.string(),
    first: z.string(),
    latest: z.string().nullable(),
    counts: assetCounts,
  }).nullable(),
  checks: list(Check),
  upstream: list(AssetCard),
  downstream: list(AssetCard),
  last: Materialization.nullable(),
  // A union: the generator writes a nullable reference as one that is never null.
  lastFailure: z.union([Failure, z.null()]),
  jobs: list(z.string()),
  codeVersion: z.string(),
  freshnessTrack: list(z.object({ from: instant, to: instant, state: freshness })),
}).openapi("Asset");

/** A window on the partitions of an asset. */
export const Partitions = z.object({
  partitions: list(z.object({
    key: z.string(),
    status: assetStatus,
    at: instant.nullable(),
    run: z.string().nullable(),
  })),
  counts: assetCounts,
}).openapi("Partitions");

/** A page of runs. */
export const Runs = z.object({
  runs: list(RunSummary),
  next: z.string().nullable(),
  counts: runCounts,
}).openapi("Runs");

const error = z.object({
  message: z.string(),
  cause: list(z.string()),
  stack: z.string().nullable(),
});

const attempt = z.object({
  attempt: z.number().int(),
  status: stepStatus,
  worker: z.string().nullable(),
  readyAt: instant.nullable(),
  startedAt: instant.nullable(),
  endedAt: instant.nullable(),
  error: error.nullable(),
  late: z.object({
    at: instant,
    worker: z.string(),
    status: z.enum(["success", "failed"]),
    dataVersion: z.string().nullable(),
    error: error.nullable(),
  }).optional(),
});

/** An asset × partition inside a run. */
export const Step = z.object({
  id: z.string(),
  asset: z.string(),
  partition: z.string().nullable(),
  status: stepStatus,
  reason: z.string(),
  readyAt: instant.nullable(),
  startedAt: instant.nullable(),
  endedAt: instant.nullable(),
  attempts: list(attempt),
  needs: list(z.string()),
  critical: z.boolean(),
  error: error.nullable(),
}).openapi("Step");

/** Everything about one run. */
export const Run = z.object({ run: RunSummary, steps: list(Step) }).openapi("Run");

/** One line that a step or the engine wrote. */
export const LogLine = z.object({
  id: z.string(),
  at: instant,
  step: z.string().nullable(),
  asset: z.string().nullable(),
  level: z.enum(["debug", "info", "warn", "error", "event"]),
  message: z.string(),
  fields: z.record(z.string(), json).nullable(),
}).openapi("LogLine");

/** The quality report of one day. */
export const Quality = z.object({
  partition: z.string(),
  at: instant,
  score: z.number(),
  found: z.object({
    critical: z.number().int(),
    error: z.number().int(),
    warning: z.number().int(),
  }),
  tables: list(z.object({
    table: z.string(),
    rows: z.number().int(),
    score: z.number(),
    found: z.number().int(),
  })),
  rules: list(z.object({
    rule: z.string(),
    table: z.string(),
    severity,
    description: z.string(),
    checked: z.number().int(),
    found: z.number().int(),
    rate: z.number(),
    samples: list(json),
  })),
  trend: list(z.object({ partition: z.string(), score: z.number(), found: z.number().int() })),
  partitions: list(z.string()),
}).openapi("Quality");

/** The newest events, and which topics there are. */
export const Events = z.object({
  events: list(z.object({
    id: z.string(),
    topic: z.string(),
    key: z.string().nullable(),
    eventId: z.string(),
    schemaVersion: z.number().int(),
    run: z.string().nullable(),
    payload: json,
    createdAt: instant,
    sentAt: instant.nullable(),
    refusedAt: instant.nullable(),
    refusedReason: z.string().nullable(),
  })),
  topics: list(z.object({
    topic: z.string(),
    count: z.number().int(),
    unsent: z.number().int(),
    refused: z.number().int(),
  })),
}).openapi("Events");

/** What a request would run. */
export const Plan = z.object({
  steps: list(z.object({
    asset: z.string(),
    partition: z.string().nullable(),
    reason: z.string(),
    needs: list(z.string()),
    expectedMs: z.number().nullable(),
  })),
  expectedMs: z.number().nullable(),
  becomesStale: list(z.object({ asset: z.string(), partitions: z.number().int() })),
}).openapi("Plan");

const Reason = z.object({
  kind: z.string().openapi({ example: "code_changed" }),
  words: z.string(),
  asset: z.string().nullable(),
  partition: z.string().nullable(),
  run: z.string().nullable(),
});

/** Why a slice stands as it does. */
export const Why = z.object({
  asset: z.string(),
  partition: z.string().nullable(),
  words: z.string(),
  chain: list(Reason).openapi({ description: "The root cause first, how it stands last" }),
  also: list(Reason),
}).openapi("Why");

/** What the condition of an asset found. */
export const Evaluations = z.object({
  asset: z.string(),
  condition: z.string().nullable(),
  evaluations: list(z.object({
    at: instant,
    partition: z.string().nullable(),
    now: z.boolean(),
    requested: z.boolean(),
    run: z.string().nullable(),
    reason: z.string(),
    operands: list(z.object({ text: z.string(), holds: z.boolean() })),
  })).openapi({ description: "That of the newest slice now first, then those that asked" }),
  leftOut: z.number().int(),
}).openapi("Evaluations");

/** A run that was just started. */
export const StartedRun = z.object({ run: z.string(), steps: z.number().int() })
  .openapi("StartedRun");

/** What to run. */
export const MaterializeRequest = z.object({
  selection: z.string().min(1).optional().openapi({ example: "group:features" }),
  assets: z.array(z.string().min(1)).max(10_000).optional()
    .openapi({ example: ["features/activity"] }),
  partitions: z.array(z.string().min(1)).max(100_000).optional()
    .openapi({ example: ["2025-01-27"] }),
  stale: z.boolean().optional(),
  reason: z.string().max(1_000).optional(),
  triggeredBy: z.string().max(200).optional(),
}).strict().refine(
  (request) => request.stale === true || request.selection !== undefined || request.assets?.length,
  { message: 'name what to run: "selection", "assets" or "stale": true' },
).openapi("MaterializeRequest");

/** Which partition a job shall run for; its latest complete one if none is given. */
export const TriggerRequest = z.object({
  partition: z.string().min(1).optional(),
  triggeredBy: z.string().max(200).optional(),
}).strict().openapi("TriggerRequest");

/** A request that says nothing but its path. */
export const Nothing = z.object({}).strict().openapi("Nothing");

/** Which log lines. */
export const LogQuery = z.object({
  step: z.string().optional(),
  after: z.string().regex(/^\d{1,18}$/).optional().openapi({ example: "0" }),
  limit: z.coerce.number().int().min(1).max(10_000).optional(),
});

/** Which runs. */
export const RunsQuery = z.object({
  status: RunStatus.optional(),
  job: z.string().optional(),
  asset: z.string().optional(),
  backfill: z.string().optional()
    .openapi({ description: "Only of the backfill of this id; `none`: only those of none" }),
  cursor: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(500).optional(),
});

/** Which assets. */
export const AssetsQuery = z.object({
  selection: z.string().optional().openapi({
    description: "Everything if it is not given",
    example: "+group:models & status:stale",
  }),
  search: z.enum(["true", "false"]).optional()
    .openapi({ description: "Whether a bare word means every asset that has it in its name" }),
});

/** Which materializations. */
export const HistoryQuery = z.object({
  limit: z.coerce.number().int().min(1).max(1_000).optional(),
  before: z.string().optional(),
});

/** How many evaluations. */
export const EvaluationsQuery = z.object({
  limit: z.coerce.number().int().min(1).max(1_000).optional(),
});

/** Which partitions. */
export const PartitionsQuery = z.object({
  from: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(10_000).optional(),
});

/** Which refused events are sent again; all if none is named. */
export const SendAgainRequest = z.object({
  ids: z.array(z.string().regex(/^[1-9]\d{0,17}$/)).min(1).max(10_000).optional(),
});

/** How many they were. */
export const SendAgain = z.object({ events: z.number().int() }).openapi("SendAgain");

/** Which events. */
export const EventsQuery = z.object({
  topic: z.string().optional(),
  refused: z.enum(["true", "false"]).transform((text) => text === "true").optional(),
  limit: z.coerce.number().int().min(1).max(1_000).optional(),
});

/** Which slice. */
export const WhyQuery = z.object({ partition: z.string().optional() });

/** Which report. */
export const QualityQuery = z.object({ partition: z.string().optional() });
