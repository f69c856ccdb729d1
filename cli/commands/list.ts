/**
 * `list`: assets with their status.
 *
 * @module
 */
import { EXIT, type Run } from "../command.ts";
import { paintStatus } from "../io.ts";
import { cut, table } from "../table.ts";
import { json, withApp } from "../with_app.ts";

/** Lists assets. */
export const list: Run = (setting) =>
  withApp(setting, async ({ service }) => {
    const { called, io } = setting;
    const [selection] = called.words;
    const found = await service.assets({ selection });
    if (called.on("json")) {
      io.out(json(found));
      return EXIT.ok;
    }
    const rows = found.map((c) => {
      const { fresh = 0, missing = 0 } = c.partitionCounts ?? {};
      const built = c.partitionCounts
        ? Object.values(c.partitionCounts).reduce((a, b) => a + b, 0) - missing
        : 0;
      return [
        c.name,
        paintStatus(io, c.status, c.statusWord),
        c.age,
        c.freshness === "none" ? "" : paintStatus(io, c.freshness),
        c.partitionCounts ? `${fresh}/${built}` : "",
        cut(c.causes.join("; "), 90),
      ];
    });
    const head = ["ASSET", "STATUS", "BUILT", "PROMISE", "FRESH/BUILT", "WHY"];
    table(io, head, rows).forEach((line) => io.out(line));
    return EXIT.ok;
  });
