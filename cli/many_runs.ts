/**
 * Which runs are meant by options instead of by a number, and whether to go on.
 *
 * @module
 */
import type { ManyRunsRequest, ManyRunsView, RunStatus } from "engine";
import { type Called, EXIT, type Setting, UsageError } from "./command.ts";
import { paintStatus } from "./io.ts";
import { table } from "./table.ts";
import { json } from "./with_app.ts";
import { many, timeOf } from "./words.ts";

/** Options that say which runs. */
const CHOICE = ["state", "job", "asset", "older-than", "since"] as const;

/** Whether runs are meant by what they are. @throws {UsageError} If also by a number, or by neither. */
export function isAboutMany(called: Called, command: string): boolean {
  const given = CHOICE.filter((o) => called.text(o) !== undefined);
  const [id] = called.words;
  if (id !== undefined && given.length > 0) {
    throw new UsageError(`Cannot ${command} run ${id} and by --${given[0]} at once: say one`);
  }
  if (id === undefined && given.length === 0) {
    const options = CHOICE.map((o) => `--${o}`).join(", ");
    throw new UsageError(
      `Cannot ${command}: say which run, or which runs by ${options}`,
    );
  }
  return id === undefined;
}

/** What the options ask for. */
function requestOf(called: Called): ManyRunsRequest {
  return {
    status: called.text("state") as RunStatus | undefined,
    job: called.text("job"),
    selection: called.text("asset"),
    olderThan: called.text("older-than") as ManyRunsRequest["olderThan"],
    since: called.text("since"),
  };
}

/** What is done with them, and how it is told. */
export interface Doing {
  /** `cancelled`. */
  readonly done: string;
  /** Who asks. */
  readonly by: string;
  act(request: ManyRunsRequest): Promise<ManyRunsView>;
}

/** Shows which runs are meant; goes on only if `--yes` says so, and only with exactly those that were counted. */
export async function withMany({ called, io }: Setting, doing: Doing): Promise<number> {
  const request = requestOf(called);
  const seen = await doing.act({ ...request, dryRun: true });
  const isDry = called.on("dry-run");
  const goesOn = called.on("yes") && !isDry && seen.matched > 0;
  if (!called.on("json")) showRuns(io, seen);
  if (!goesOn) {
    if (called.on("json")) io.out(json(seen));
    if (isDry || seen.matched === 0) return EXIT.ok;
    io.err(`Nothing is ${doing.done}: --yes goes on with ${these(seen.matched)}`);
    return EXIT.usage;
  }
  const view = await doing.act({ ...request, expect: seen.matched, by: doing.by });
  if (called.on("json")) io.out(json(view));
  else {io.out(
      `${many(view.done.length, "run")} ${view.done.length === 1 ? "is" : "are"} ${doing.done}`,
    );}
  for (const { run, why } of view.refused) io.err(`Run ${run} is not: ${why}`);
  return view.refused.length > 0 ? EXIT.failure : EXIT.ok;
}

const these = (n: number) => n === 1 ? "this run" : `these ${n} runs`;

function showRuns(io: Setting["io"], { matched, runs }: ManyRunsView): void {
  const rows = runs.map((r) => [
    r.id,
    paintStatus(io, r.status),
    timeOf(r.createdAt),
    r.triggeredBy,
    [r.title, r.partition && `[${r.partition}]`].filter(Boolean).join(" "),
  ]);
  if (rows.length > 0) {
    table(io, ["RUN", "STATUS", "CREATED", "BY", "WHAT"], rows).forEach((line) => io.out(line));
  }
  if (matched > runs.length) io.out(`and ${matched - runs.length} more`);
  io.out(many(matched, "run"));
}
