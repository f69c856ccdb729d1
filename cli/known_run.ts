/**
 * A run that somebody named.
 *
 * @module
 */
import { type RunView, UnknownName } from "engine";
import type { App } from "./app.ts";

/** The run of that id. @throws {UnknownName} If there is none. */
export async function knownRun({ service }: App, id: string): Promise<RunView> {
  const view = await service.run(id);
  if (!view) throw new UnknownName("run", id, undefined);
  return view;
}
