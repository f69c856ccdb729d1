/**
 * `quality`: the data quality report.
 *
 * @module
 */
import { EXIT, type Run } from "../command.ts";
import { paintStatus } from "../io.ts";
import { table } from "../table.ts";
import { json, withApp } from "../with_app.ts";

/** Prints the report of a partition, or the newest one. Findings are no failure of the command. */
export const quality: Run = (setting) =>
  withApp(setting, async ({ service }) => {
    const { called, io } = setting;
    const [partition] = called.words;
    const report = await service.quality(partition);
    if (!report) {
      io.err(
        partition === undefined
          ? "Cannot show a quality report: there is none yet, " +
            '"trigger data_quality_pipeline" makes one'
          : `Cannot find the quality report of "${partition}": there is none`,
      );
      return EXIT.failure;
    }
    if (called.on("json")) {
      io.out(json(report));
      return EXIT.ok;
    }
    const { critical, error, warning } = report.found;
    io.out(`Quality of [${report.partition}]: ${report.score.toFixed(1)} of 100`);
    io.out(`${critical} critical, ${error} errors, ${warning} warnings`);
    const rows = report.rules
      .toSorted((a, b) => b.found - a.found)
      .map((r) => [
        r.table,
        r.rule,
        paintStatus(io, r.severity),
        String(r.found),
        String(r.checked),
        `${(r.rate * 100).toFixed(2)} %`,
        r.description,
      ]);
    const head = ["TABLE", "RULE", "SEVERITY", "FOUND", "OF", "RATE", "WHAT"];
    table(io, head, rows).forEach((line) => io.out(line));
    return EXIT.ok;
  });
