/**
 * What the words and options of a command ask for.
 *
 * @module
 */
import type { MaterializeRequest } from "engine";
import type { App } from "./app.ts";
import { type Called, UsageError } from "./command.ts";

/** A selection, the name of a job, or all that is stale. */
export function requestOf({ definitions }: App, called: Called): MaterializeRequest {
  const [text] = called.words;
  const partition = called.text("partition");
  const stale = called.on("stale");
  if (text === undefined && !stale) {
    throw new UsageError('Cannot choose what to run: give a selection such as "+models/energy"');
  }
  const job = definitions.jobs.find((j) => j.name === text);
  const what = job
    ? { assets: job.assets.map((a) => a.name) }
    : text === undefined
    ? {}
    : { selection: text };
  return {
    ...what,
    ...(partition === undefined ? {} : { partitions: partition.split(",") }),
    ...(stale ? { stale } : {}),
    triggeredBy: "cli",
  };
}
