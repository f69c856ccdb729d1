/**
 * `plan`: what would run.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";
import { durationText, type MaterializeRequest, planNow } from "engine";
import type { App } from "../app.ts";
import { EXIT, type Run, type Setting, UsageError } from "../command.ts";
import { unusable } from "../files.ts";
import { requestOf } from "../request.ts";
import { table } from "../table.ts";
import { many, sliceOf } from "../words.ts";
import { json, withApp } from "../with_app.ts";

/** Shows what would run; without words, all that is stale. With `--diff` it runs nothing and opens nothing. */
export const plan: Run = async (setting) => {
  const revision = setting.called.text("diff");
  if (revision === undefined) return await planRun(setting);
  comparesAll(setting, revision);
  const { planDiff } = await import("./plan_diff.ts");
  return await planDiff(setting, fromFileUrl(new URL("../../", import.meta.url)), revision);
};

/** What chooses steps does not choose definitions. */
function comparesAll({ called }: Setting, revision: string): void {
  const [word] = called.words;
  const given = word === undefined
    ? ["--partition", "--out", "--stale"].find((o) =>
      called.text(o.slice(2)) ?? called.on(o.slice(2))
    )
    : `"${word}"`;
  if (!given) return;
  throw new UsageError(
    `Cannot compare with "${revision}" and ${given}: --diff compares all definitions and runs nothing`,
  );
}

const planRun: Run = (setting) =>
  withApp(setting, async (app) => {
    const { called, io } = setting;
    const request = called.words.length ? requestOf(app, called) : { stale: true };
    const file = called.text("out");
    if (file !== undefined) return await keep(app, setting, { request, file });
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
    if (found.becomesStale.length > 0) {
      const names = found.becomesStale.map((a) =>
        a.partitions > 1 ? `${a.asset} (${a.partitions})` : a.asset
      );
      const slices = found.becomesStale.reduce((n, a) => n + a.partitions, 0);
      const all = `${many(names.length, "asset")}, ${many(slices, "slice")}`;
      io.out(`May be stale afterwards, ${all}: ${names.join(", ")}`);
    }
    return EXIT.ok;
  });

/** Writes the plan into a file. */
async function keep(
  { definitions, ledger }: App,
  { called, io }: Setting,
  { request, file }: { readonly request: MaterializeRequest; readonly file: string },
): Promise<number> {
  const title = called.words[0] ?? "what is stale";
  const plan = await planNow({ definitions, ledger, now: new Date() }, request, title);
  await Deno.writeTextFile(file, `${json(plan)}\n`).catch((cause) => {
    throw unusable("keep the plan in", file, cause);
  });
  if (called.on("json")) io.out(json({ file, steps: plan.steps.length }));
  else io.out(`${many(plan.steps.length, "step")} in "${file}": run them by \`apply ${file}\``);
  return EXIT.ok;
}
