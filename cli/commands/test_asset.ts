/**
 * `test-asset`: one asset with real inputs and resources, recording nothing.
 *
 * @module
 */
import {
  type Asset,
  type Claimed,
  durationText,
  Families,
  keyText,
  logBuffer,
  type LogRecord,
  type Outcome,
  runStep,
  sliceText,
  type Work,
} from "engine";
import type { App } from "../app.ts";
import { EXIT, type Run, type Setting } from "../command.ts";
import { paint, paintStatus } from "../io.ts";
import { json, withApp } from "../with_app.ts";

/** Never that of a real attempt: those grow from one. */
const trialVersion = (): bigint => -BigInt(crypto.getRandomValues(new Uint32Array(1))[0]! + 1);

async function partitionOf(app: App, asset: Asset, given: string | undefined): Promise<string> {
  if (given !== undefined) return keyText(asset.partitions.parse(given));
  const partitioning = (await app.service.asset(asset.name))?.partitioning;
  if (partitioning && partitioning.latest === null) {
    throw new RangeError(
      `Cannot choose a partition of "${asset.name}": none of "${asset.partitions.rule}" has ended`,
    );
  }
  return partitioning?.latest ?? "";
}

/** Runs it as a worker would, but nobody hears of the outcome. */
async function tried(app: App, asset: Asset, partition: string, setting: Setting) {
  const now = new Date();
  const claimed: Claimed = {
    asset: asset.name,
    partition,
    run: "test",
    step: 0,
    attempt: 1,
    failures: 0,
    version: trialVersion(),
    reason: "tried out",
    startedAt: now,
  };
  const keep = (lines: readonly LogRecord[]) => {
    for (const l of lines) setting.io.err(`${paintStatus(setting.io, l.level)} ${l.message}`);
    return Promise.resolve();
  };
  const bench = {
    definitions: app.definitions,
    ledger: app.ledger,
    lender: app.lender,
    now: () => new Date(),
    families: new Families<Promise<Work>>(),
    random: () => 0.5,
  };
  try {
    await using logs = logBuffer({ keep, now: () => new Date() });
    const log = logs.of({ run: "test", step: 0, attempt: 1 });
    const outcome = await runStep(bench, claimed, { log, signal: setting.signal });
    return { outcome, ms: Date.now() - now.getTime() };
  } finally {
    await discard(app, asset, claimed.version);
  }
}

/** Removes the rows that the attempt wrote under its version; nobody could see them. */
async function discard(app: App, asset: Asset, version: bigint): Promise<void> {
  const tables = asset.io.tables ?? [];
  if (!tables.length) return;
  const { database } = await import("../../assets/resources.ts");
  const { sql } = await app.lender.lend({ sql: database }) as {
    readonly sql: Awaited<ReturnType<typeof database.open>>;
  };
  for (const t of tables) await sql`delete from ${sql(`${t}_rows`)} where version = ${version}`;
}

const resultOf = (outcome: Outcome) =>
  outcome.state === "success"
    ? outcome.result
    : outcome.state === "failed"
    ? outcome.withheld
    : undefined;

/** Tries one asset. What it sends to other systems itself (Redis, files) it does send; events it does not. */
export const testAsset: Run = (setting) =>
  withApp(setting, async (app) => {
    const { called, io } = setting;
    const asset = app.definitions.asset(called.words[0]!);
    const partition = await partitionOf(app, asset, called.text("partition"));
    const { outcome, ms } = await tried(app, asset, partition, setting);
    const result = resultOf(outcome);
    const error = outcome.state === "success" ? null : outcome.error;
    if (called.on("json")) {
      io.out(json({ asset: asset.name, partition, state: outcome.state, ms, error, ...result }));
    } else {
      io.out(
        `${asset.name} ${partition && `[${partition}] `}${paintStatus(io, outcome.state)} ${
          durationText(ms)
        }, nothing was recorded`,
      );
      if (result) print(io.out, result);
      if (error) [error.message, ...error.causes].forEach((m) => io.err(paint(io, "red", m)));
      if (error?.stack) io.err(paint(io, "gray", error.stack));
    }
    return outcome.state === "success" ? EXIT.ok : EXIT.failure;
  });

function print(out: (line: string) => void, result: NonNullable<ReturnType<typeof resultOf>>) {
  for (const i of result.inputs) out(`read   ${i.input}: ${sliceText(i.asset, i.partition)}`);
  out(`value  ${JSON.stringify(result.value).slice(0, 500)}`);
  for (const [name, value] of Object.entries(result.metadata)) out(`report ${name}: ${value}`);
  for (const c of result.checks) {
    out(`check  ${c.check}: ${c.passed ? "passed" : `failed, ${c.reason ?? ""}`}`);
  }
  for (const e of result.events) out(`event  ${e.topic} ${e.key} (not sent)`);
}
