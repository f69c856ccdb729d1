/**
 * `evaluations`: what the condition of an asset found.
 *
 * @module
 */
import { nearest, UnknownName } from "engine";
import { EXIT, type Run } from "../command.ts";
import { paint } from "../io.ts";
import { table } from "../table.ts";
import { json, withApp } from "../with_app.ts";
import { limitOf } from "./runs.ts";

/** Tells of the condition now, operand by operand, then of when it asked. */
export const evaluations: Run = (setting) =>
  withApp(setting, async ({ service, definitions }) => {
    const { called, io } = setting;
    const name = called.words[0]!;
    const found = await service.evaluations(name, { limit: limitOf(called, 20) });
    if (!found) {
      throw new UnknownName("asset", name, nearest(name, definitions.assets.map((a) => a.name)));
    }
    if (called.on("json")) {
      io.out(json(found));
      return EXIT.ok;
    }
    if (found.condition === null) {
      io.err(`"${name}" has no condition: it runs when asked, or by a job`);
      return EXIT.ok;
    }
    const rows = found.evaluations.map((e) => [
      e.now ? "now" : e.at.slice(0, 19),
      e.partition ?? "",
      e.requested ? e.now ? "asks" : `run ${e.run ?? "?"}` : "no",
      e.reason,
    ]);
    table(io, ["WHEN", "PARTITION", "ASKED", "WHY"], rows).forEach((line) => io.out(line));
    const operands = found.evaluations.find((e) => e.now)?.operands ?? [];
    operands.forEach((o) =>
      io.out(`  ${paint(io, "gray", o.holds ? "true " : "false")} ${o.text}`)
    );
    return EXIT.ok;
  });
