/**
 * `tick`: what a tick of a schedule asks for.
 *
 * @module
 */
import { EXIT, type Run } from "../command.ts";
import { table } from "../table.ts";
import { many, sliceOf } from "../words.ts";
import { json, withApp } from "../with_app.ts";

/** Submits the newest tick at or before an instant, or only tells what that would be. */
export const tick: Run = (setting) =>
  withApp(setting, async ({ service }) => {
    const { called, io } = setting;
    const [name] = called.words;
    const dryRun = called.on("dry-run");
    const found = await service.tick(name!, { at: called.text("at"), dryRun });
    if (called.on("json")) {
      io.out(json(found));
      return EXIT.ok;
    }
    const spread = found.actsAt === found.tick ? "" : `, acted upon at ${found.actsAt}`;
    io.out(`Tick of ${found.tick}${spread}: ${found.reason}`);
    const rows = found.steps.map((s) => [sliceOf(s), s.reason]);
    if (rows.length > 0) table(io, ["STEP", "WHY"], rows).forEach((line) => io.out(line));
    const steps = many(found.steps.length, "step");
    if (found.run !== null) io.out(`Run ${found.run} with ${steps}`);
    else io.out(dryRun ? `${steps} would be submitted` : "Nothing was submitted");
    return EXIT.ok;
  });
