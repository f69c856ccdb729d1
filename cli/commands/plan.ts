/**
 * `plan`: what would run.
 *
 * @module
 */
import { durationText } from "engine";
import { EXIT, type Run } from "../command.ts";
import { requestOf } from "../request.ts";
import { table } from "../table.ts";
import { many, sliceOf } from "../words.ts";
import { json, withApp } from "../with_app.ts";

/** Shows what would run; without words, all that is stale. */
export const plan: Run = (setting) =>
  withApp(setting, async (app) => {
    const { called, io } = setting;
    const request = called.words.length ? requestOf(app, called) : { stale: true };
    const found = await app.service.plan(request);
    if (called.on("json")) {
      io.out(json(found));
      return EXIT.ok;
    }
    const rows = found.steps.map((s) => [
      sliceOf(s),
      s.expectedMs === null ? "?" : durationText(s.expectedMs),
      s.reason,
    ]);
    table(io, ["STEP", "EXPECTED", "WHY"], rows).forEach((line) => io.out(line));
    const total = found.expectedMs === null ? "" : `, about ${durationText(found.expectedMs)}`;
    io.out(`${many(found.steps.length, "step")}${total}`);
    return EXIT.ok;
  });
