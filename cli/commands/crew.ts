/**
 * `workers` and `pools`: who works, and what they share.
 *
 * @module
 */
import type { PoolView } from "engine";
import { EXIT, type Run, UsageError } from "../command.ts";
import { paint } from "../io.ts";
import { table } from "../table.ts";
import { sliceOf, timeOf } from "../words.ts";
import { json, withApp } from "../with_app.ts";

/** Lists workers that live. */
export const workers: Run = (setting) =>
  withApp(setting, async ({ service }) => {
    const { called, io } = setting;
    const found = await service.workers();
    if (called.on("json")) io.out(json(found));
    else {
      const rows = found.map((w) => [
        w.id,
        `${w.host}:${w.pid}`,
        w.queues.join(","),
        `${w.running}/${w.slots}`,
        w.current ? w.code ?? "" : paint(io, "yellow", `${w.code}, not this code`),
        timeOf(w.startedAt),
      ]);
      table(io, ["WORKER", "WHERE", "QUEUES", "RUNNING", "CODE", "SINCE (UTC)"], rows)
        .forEach((line) => io.out(line));
      if (!found.length) io.err("No worker is alive: start one by `deno task start`");
    }
    return EXIT.ok;
  });

/** Lists pools, or sets the slots of one. */
export const pools: Run = (setting) =>
  withApp(setting, async ({ service }) => {
    const { called, io } = setting;
    const change = called.text("set");
    if (change !== undefined) {
      const [name, slots] = changeOf(change);
      const pool = await service.setPool(name, { slots, by: "cli" });
      io.out(called.on("json") ? json(pool) : `Pool ${name} has ${slotsText(pool)}`);
      return EXIT.ok;
    }
    const found = await service.pools();
    if (called.on("json")) io.out(json(found));
    else if (found.length) {
      const rows = found.map((
        p,
      ) => [p.name, `${p.taken}/${slotsText(p)}`, String(p.waiting), holdersText(p)]);
      table(io, ["POOL", "TAKEN", "WAITING", "BY"], rows).forEach((line) => io.out(line));
    } else io.err("No pool is declared");
    return EXIT.ok;
  });

/** `warehouse=4` or `warehouse=declared`. */
function changeOf(text: string): readonly [name: string, slots: number | null] {
  const [, name = "", to = ""] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name !== "" && to === "declared") return [name, null];
  if (name !== "" && /^\d+$/.test(to)) return [name, Number(to)];
  throw new UsageError(
    `Cannot set "${text}": it is not like "warehouse=4" or "warehouse=declared"`,
  );
}

const slotsText = ({ slots, declared, by }: PoolView) =>
  by === null ? `${slots} slots` : `${slots} slots, set by ${by}, ${declared} declared`;

const holdersText = ({ holders }: PoolView) =>
  holders.slice(0, 3).map((h) => `${sliceOf(h)} (${h.slots})`).join(", ") +
  (holders.length > 3 ? ` and ${holders.length - 3} more` : "");
