/**
 * All commands. Nothing is loaded before it is called.
 *
 * @module
 */
import type { Command, Option } from "./command.ts";

const partition: Option = {
  name: "partition",
  value: "P|A..B",
  help: "these slices instead of the newest that has ended",
};
const wait: Option = { name: "wait", help: "wait for the end; work here if no worker is alive" };
const stale: Option = { name: "stale", help: "only what is stale, failed, behind or missing" };
const limit: Option = { name: "limit", value: "N", help: "at most so many" };

/** Instead of one run. */
const whichRuns = (states: string): readonly Option[] => [
  { name: "state", value: "STATE", help: `all runs that are ${states}` },
  { name: "job", value: "JOB", help: "all runs of this job" },
  { name: "asset", value: "SELECTION", help: "all runs with a step of these assets" },
  { name: "older-than", value: "2h", help: "all runs that were asked for longer ago" },
  {
    name: "since",
    value: "T",
    help: "all runs that were asked for since this day or instant; UTC",
  },
  { name: "dry-run", help: "only list and count them" },
  { name: "yes", help: "go on; without it they are only listed" },
];

type Rest = Pick<Command, "words" | "takes" | "load"> & Partial<Command>;

const command = (name: string, summary: string, rest: Rest): Command => ({
  options: [],
  json: false,
  ...rest,
  name,
  summary,
});

/** A command that is another program of this repository. */
const program = (name: string, summary: string, ...words: string[]): Command =>
  command(name, summary, {
    words: "[ARGUMENT…]",
    takes: [0, Infinity],
    load: async () => (await import("./commands/program.ts")).program(words),
  });

/** In the order in which help tells of them. */
export const commands: readonly Command[] = [
  command("list", "list assets with their status", {
    words: "[SELECTION]",
    takes: [0, 1],
    json: true,
    load: async () => (await import("./commands/list.ts")).list,
  }),
  command("plan", "show what would run, in which order, why and how long", {
    words: "[JOB|SELECTION]",
    takes: [0, 1],
    json: true,
    options: [
      partition,
      stale,
      { name: "out", value: "FILE", help: "keep the plan, so that apply runs exactly it" },
      { name: "diff", value: "REF", help: "compare the definitions with a git revision instead" },
    ],
    load: async () => (await import("./commands/plan.ts")).plan,
  }),
  command("apply", "run exactly a plan that was kept; refuse it if definitions changed since", {
    words: "FILE",
    takes: [1, 1],
    json: true,
    options: [{ name: "anyway", help: "also if they changed, or if it was applied already" }, wait],
    load: async () => (await import("./commands/apply.ts")).apply,
  }),
  command("why", "say why an asset is stale, waiting, failed, late or not requested", {
    words: "ASSET",
    takes: [1, 1],
    json: true,
    options: [{ ...partition, value: "P", help: "this slice instead of the newest" }],
    load: async () => (await import("./commands/why.ts")).why,
  }),
  command("evaluations", "show what the condition of an asset finds now, and found when it asked", {
    words: "ASSET",
    takes: [1, 1],
    json: true,
    options: [limit],
    load: async () => (await import("./commands/evaluations.ts")).evaluations,
  }),
  command("simulate", "show ticks, runs, waiting and late assets of days that have not been yet", {
    words: "",
    takes: [0, 0],
    json: true,
    options: [
      { name: "days", value: "N", help: "so many days (7)" },
      { name: "from", value: "T", help: "from this instant on, instead of now" },
      { name: "assume", value: "30s", help: "how long a step takes that never ran" },
      { name: "slots", value: "N", help: "steps at once, instead of those of the living workers" },
    ],
    load: async () => (await import("./commands/simulate.ts")).simulate,
  }),
  command("materialize", "run assets: features/*, +models/energy, group:quality, status:stale", {
    words: "[SELECTION]",
    takes: [0, 1],
    json: true,
    options: [partition, stale, wait],
    load: async () => (await import("./commands/materialize.ts")).materialize,
  }),
  command("trigger", "run a job", {
    words: "JOB",
    takes: [1, 1],
    json: true,
    options: [partition, wait],
    load: async () => (await import("./commands/trigger.ts")).trigger,
  }),
  command("backfill", "run a job or a selection for many slices, in as many runs as you like", {
    words: "JOB|SELECTION [KEY|A..B]",
    takes: [1, 2],
    json: true,
    options: [
      { name: "missing", help: "only slices that were never built" },
      { name: "failed", help: "only slices whose last try failed" },
      { name: "stale", help: "only slices that are stale" },
      { name: "downstream", help: "also everything that is made from it" },
      { name: "reverse", help: "newest partitions first" },
      { name: "chunk", value: "N|all", help: "partitions to a run" },
      { name: "concurrency", value: "N", help: "runs that may be active at once (4)" },
      { name: "key", value: "KEY", help: "asking twice with the same key is asking once" },
      { name: "dry-run", help: "show what it would do and how long that may take" },
      wait,
    ],
    load: async () => (await import("./commands/backfill.ts")).backfill,
  }),
  command("backfills", "list backfills with their progress, newest first, or show one", {
    words: "[BACKFILL]",
    takes: [0, 1],
    json: true,
    options: [{ name: "open", help: "only those that have not ended" }, limit],
    load: async () => (await import("./commands/backfills.ts")).backfills,
  }),
  command("backfill-pause", "let a backfill submit nothing more; its active runs go on", {
    words: "BACKFILL",
    takes: [1, 1],
    load: async () => (await import("./commands/backfills.ts")).pauseBackfill,
  }),
  command("backfill-resume", "let a paused backfill go on", {
    words: "BACKFILL",
    takes: [1, 1],
    load: async () => (await import("./commands/backfills.ts")).resumeBackfill,
  }),
  command("backfill-cancel", "end a backfill with all of its runs", {
    words: "BACKFILL",
    takes: [1, 1],
    load: async () => (await import("./commands/backfills.ts")).cancelBackfill,
  }),
  command("test-asset", "run one asset here with the real inputs, and record nothing", {
    words: "ASSET",
    takes: [1, 1],
    json: true,
    options: [{ ...partition, value: "P", help: "the slice; the newest that has ended if absent" }],
    load: async () => (await import("./commands/test_asset.ts")).testAsset,
  }),
  command("code", "show which code decides whether an asset is stale", {
    words: "[ASSET]",
    takes: [0, 1],
    json: true,
    options: [{ name: "strict", help: "fail if something is read that cannot be seen" }],
    load: async () => (await import("./commands/code.ts")).code,
  }),
  command("runs", "list runs, newest first", {
    words: "",
    takes: [0, 0],
    json: true,
    options: [
      { name: "job", value: "JOB", help: "only of this job" },
      { name: "asset", value: "ASSET", help: "only with this asset" },
      { name: "status", value: "STATUS", help: "queued, running, success, failed or cancelled" },
      limit,
    ],
    load: async () => (await import("./commands/runs.ts")).runs,
  }),
  command("events", "list events that are told to others, newest first", {
    words: "",
    takes: [0, 0],
    json: true,
    options: [
      { name: "topic", value: "TOPIC", help: "only of this topic" },
      { name: "refused", help: "only those that the broker refused for what is in them" },
      limit,
    ],
    load: async () => (await import("./commands/events.ts")).events,
  }),
  command("events-send-again", "let refused events be sent again", {
    words: "[EVENT…]",
    takes: [0, 1_000],
    json: true,
    options: [{ name: "all", help: "all that are refused" }],
    load: async () => (await import("./commands/events.ts")).sendAgain,
  }),
  command("run", "show a run with its steps", {
    words: "RUN",
    takes: [1, 1],
    json: true,
    load: async () => (await import("./commands/run.ts")).run,
  }),
  command("logs", "print the log of a run or of one of its steps", {
    words: "RUN [STEP]",
    takes: [1, 2],
    json: true,
    options: [{ name: "follow", help: "go on until the run has ended" }, limit],
    load: async () => (await import("./commands/logs.ts")).logs,
  }),
  command("cancel", "end a run, one step of it, or many runs", {
    words: "[RUN]",
    takes: [0, 1],
    json: true,
    options: [
      { name: "step", value: "ASSET[@P]", help: "only this step; what needs it is skipped" },
      ...whichRuns("queued or running"),
      { name: "by", value: "NAME", help: "who does it, for the record" },
    ],
    load: async () => (await import("./commands/cancel.ts")).cancel,
  }),
  command("retry", "run again what did not succeed in a run, or in many", {
    words: "[RUN]",
    takes: [0, 1],
    json: true,
    options: [
      { name: "all", help: "all its steps, not only what did not succeed" },
      {
        name: "only",
        value: "SELECTION",
        help: "its steps of these assets, whatever they came to",
      },
      { name: "downstream", help: "also its steps that need those" },
      { name: "same-inputs", help: "read the versions that the run read, not the newest" },
      wait,
      ...whichRuns("failed (usual) or cancelled"),
    ],
    load: async () => (await import("./commands/retry.ts")).retry,
  }),
  command("rollback", "take the served version of a model out of service", {
    words: "MODEL",
    takes: [1, 1],
    options: [{ name: "by", value: "NAME", help: "who does it, for the record" }],
    load: async () => (await import("./commands/rollback.ts")).rollback,
  }),
  command("quality", "print the data quality report", {
    words: "[PARTITION]",
    takes: [0, 1],
    json: true,
    load: async () => (await import("./commands/quality.ts")).quality,
  }),
  command("workers", "list workers that live, with their queues, slots and code", {
    words: "",
    takes: [0, 0],
    json: true,
    load: async () => (await import("./commands/crew.ts")).workers,
  }),
  command("pools", "list pools with the steps that have their slots, or set their number", {
    words: "",
    takes: [0, 0],
    json: true,
    options: [{ name: "set", value: "POOL=N", help: "for all workers at once; N or declared" }],
    load: async () => (await import("./commands/crew.ts")).pools,
  }),
  command("alerts", "list alerts; say who looks after one, silence some, try the channels", {
    words: "[list|ack ID|silence|silences|unsilence ID|test|rules|set RULE [VALUE]]",
    takes: [0, 3],
    json: true,
    options: [
      { name: "all", help: "list: also those that are over" },
      { name: "default", help: "set: as the environment says, instead of a value" },
      { name: "note", value: "TEXT", help: "ack: what is being done" },
      { name: "asset", value: "GLOB", help: "silence: alerts of these assets, features/*" },
      { name: "kind", value: "KIND", help: "silence: late, failed, run, check, resource, … or *" },
      { name: "severity", value: "S", help: "silence: warning, error or critical" },
      { name: "episode", value: "GLOB", help: "silence: by the name of the episode" },
      { name: "for", value: "2h", help: "silence: so long (2h)" },
      { name: "until", value: "T", help: "silence: until this instant instead; UTC" },
      { name: "reason", value: "TEXT", help: "silence: why, for the others" },
      { name: "by", value: "NAME", help: "who does it, for the record" },
    ],
    load: async () => (await import("./commands/alerts.ts")).alerts,
  }),
  command("keys", "list the keys of dynamic partitions", {
    words: "SET",
    takes: [1, 1],
    json: true,
    load: async () => (await import("./commands/keys.ts")).keys,
  }),
  command("keys-add", "add keys to dynamic partitions: each is a slice from now on", {
    words: "SET KEY…",
    takes: [2, Infinity],
    json: true,
    load: async () => (await import("./commands/keys.ts")).addKeys,
  }),
  command("keys-remove", "take keys from dynamic partitions; a key that comes back has its place", {
    words: "SET KEY…",
    takes: [2, Infinity],
    json: true,
    load: async () => (await import("./commands/keys.ts")).removeKeys,
  }),
  command("schedules", "list schedules with their next ticks, or show one", {
    words: "[SCHEDULE]",
    takes: [0, 1],
    json: true,
    load: async () => (await import("./commands/automation.ts")).schedules,
  }),
  command("sensors", "list sensors with what they last said, or show one", {
    words: "[SENSOR]",
    takes: [0, 1],
    json: true,
    load: async () => (await import("./commands/automation.ts")).sensors,
  }),
  command("pause", "pause a schedule or a sensor; where it stands is kept", {
    words: "schedule:NAME|sensor:NAME",
    takes: [1, 1],
    json: true,
    load: async () => (await import("./commands/pause.ts")).pause,
  }),
  command("resume", "let a schedule or a sensor go on from where it stood", {
    words: "schedule:NAME|sensor:NAME",
    takes: [1, 1],
    json: true,
    load: async () => (await import("./commands/pause.ts")).resume,
  }),
  command("tick", "submit the newest tick of a schedule, once; or show what it asks for", {
    words: "JOB",
    takes: [1, 1],
    json: true,
    options: [
      { name: "at", value: "T", help: "the newest tick at or before this instant; UTC" },
      { name: "dry-run", help: "only show what would be submitted, and why" },
    ],
    load: async () => (await import("./commands/tick.ts")).tick,
  }),
  command("sense", "show what a sensor would ask for, and change nothing", {
    words: "SENSOR",
    takes: [1, 1],
    json: true,
    options: [
      {
        name: "cursor",
        value: "C",
        help: "look from here (JSON or text) instead of its own cursor",
      },
      { name: "payload", value: "TEXT", help: "as if it were told this" },
    ],
    load: async () => (await import("./commands/sense.ts")).sense,
  }),
  command(
    "connections",
    "keep connections encrypted: list, add, test, rotate, export, import, remove",
    {
      words: "[list|add NAME [ADDRESS]|test NAME|rotate|export FILE|import FILE|remove NAME]",
      takes: [0, 3],
      json: true,
      options: [
        { name: "replace", help: "add, import, export: take the place of what is there" },
        { name: "dry-run", help: "import: only say what would be done" },
        { name: "seconds", value: "N", help: "test: wait so long at most (10)" },
      ],
      load: async () => (await import("./commands/connections.ts")).connections,
    },
  ),
  command("import:airflow", "take connections and variables that Airflow exported", {
    words: "FILE",
    takes: [1, 1],
    json: true,
    options: [
      { name: "as", value: "KIND", help: "connections or variables, if the file does not tell" },
      { name: "env", value: "FILE", help: "write variables into this file of the environment" },
      { name: "replace", help: "take the place of what is there" },
      { name: "dry-run", help: "only say what would be done" },
    ],
    load: async () => (await import("./commands/import_connections.ts")).importAirflow,
  }),
  command("redis:rebuild", "write all that is served from Redis again, from PostgreSQL", {
    words: "",
    takes: [0, 0],
    json: true,
    options: [
      { name: "dry-run", help: "only count" },
      { name: "overwrite", help: "also replace features that are as new or newer" },
    ],
    load: async () => (await import("./commands/redis_rebuild.ts")).redisRebuild,
  }),
  command("redis:memory", "say how much memory Redis needs for so many users", {
    words: "[USERS]",
    takes: [0, 1],
    json: true,
    load: async () => (await import("./commands/redis_memory.ts")).redisMemory,
  }),
  command("doctor", "say whether everything that the program needs is there", {
    words: "",
    takes: [0, 0],
    json: true,
    load: async () => (await import("./commands/doctor.ts")).doctor,
  }),
  program("start", "serve the UI and API on port 8081 and work", "start.ts", "server.ts"),
  program("dev", "the same, and again when a file changes", "--watch", "server.ts"),
  program("worker", "work for a server that runs elsewhere", "start.ts", "worker.ts"),
  program("demo", "seed a population, run all four jobs, serve the UI", "tasks/demo.ts"),
  program("tokens", "list, create or revoke tokens of machines", "tasks/access.ts", "tokens"),
  program("people", "list, invite or remove people, give them roles", "tasks/access.ts", "people"),
  program("roles", "list, set or remove roles", "tasks/access.ts", "roles"),
  program("audit", "list who did what", "tasks/access.ts", "audit"),
  program("backup", "back up database and objects while everything runs", "tasks/backup.ts"),
  program("restore", "give a backup back into an empty place", "tasks/restore.ts"),
  program("db:dump", "write the database into a folder", "tasks/db_dump.ts"),
  program("db:restore", "read the database from a folder", "tasks/db_restore.ts"),
  program("db:check", "say what in the database contradicts itself", "tasks/db_check.ts"),
  program("db:clean", "remove what is over, or say what would go", "tasks/db_clean.ts"),
  program("native:install", "fetch XGBoost and LightGBM", "tasks/native_install.ts"),
  program("native:doctor", "train a little with both", "tasks/native_doctor.ts"),
];
