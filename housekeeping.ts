/**
 * What a server does for its database: months made ahead, rows that nobody sees removed, and once a day all that is over.
 *
 * @module
 */
import { type Objects, pause } from "engine";
import { openObjects } from "./adapters/objects/setting.ts";
import { cleanOnce } from "./adapters/postgres/keep/clean.ts";
import { ensureMonths } from "./adapters/postgres/keep/months.ts";
import { keepFromEnv, type KeepRules } from "./adapters/postgres/keep/rules.ts";
import { sweep } from "./adapters/postgres/ledger/sweep.ts";
import { LINEAGE_CURSOR } from "./adapters/postgres/transition_feed.ts";
import { collectOnce } from "./collect.ts";
import type { App } from "./compose.ts";
import { sendsLineage } from "./lineage.ts";

/** Milliseconds between looks, and between two cleanings by whichever server. */
const LOOK_MS = 3_600_000;
const CLEAN_MS = 24 * LOOK_MS;

/** What a house is kept of. */
type Kept = Pick<App, "definitions" | "env" | "sql">;

/** Cursors of the sensors of a project, and of lineage if it is sent: what one of them has not read is kept. */
export const readersOf = (
  { definitions, env }: Pick<App, "definitions" | "env">,
): readonly string[] => [
  ...definitions.sensors.map((s) => `sensor:${s.name}`),
  ...sendsLineage(env) ? [LINEAGE_CURSOR] : [],
];

/** Views over versioned tables that assets write. */
export const tablesOf = ({ definitions }: Pick<App, "definitions">): readonly string[] => [
  ...new Set(definitions.assets.flatMap((a) => a.io.tables ?? [])),
];

/** How long things are kept here. @throws {SyntaxError} If a setting is no time. */
export const rulesOf = (app: Pick<App, "env">): KeepRules => keepFromEnv((name) => app.env(name));

/** Keeps house until the signal aborts; what goes wrong is told, and tried again at the next look. */
export async function keepHouse(
  app: Kept,
  o: { readonly signal: AbortSignal; print(line: string): void; onTrouble(error: unknown): void },
): Promise<void> {
  const rules = rulesOf(app);
  const objects = await openObjects((name) => app.env(name));
  while (!o.signal.aborted) {
    try {
      await look(app, rules, o);
      await collectGarbage(app, objects, { ...o, graceMs: rules.objects });
    } catch (error) {
      o.onTrouble(error);
    }
    await pause(LOOK_MS, o.signal);
  }
}

async function look(
  app: Kept,
  rules: KeepRules,
  { signal, print }: { readonly signal: AbortSignal; print(line: string): void },
): Promise<void> {
  await ensureMonths(app.sql);
  if (rules.rows !== Infinity) {
    await sweep(app.sql, { tables: tablesOf(app), keepMs: rules.rows });
  }
  const options = { rules, readers: readersOf(app), dryRun: false, signal, everyMs: CLEAN_MS };
  for (const { kind, rows, kept } of await cleanOnce(app.sql, options) ?? []) {
    if (rows > 0) print(`cleaned: ${rows} ${kind}`);
    if (kept !== null) print(`cleaned: ${kept}`);
  }
}

/** Artefacts that nothing refers to, once a day by one of the servers. */
async function collectGarbage(
  { sql }: Kept,
  objects: Objects,
  { graceMs, signal, print }: {
    readonly graceMs: number;
    readonly signal: AbortSignal;
    print(line: string): void;
  },
): Promise<void> {
  if (graceMs === Infinity || signal.aborted) return;
  const found = await collectOnce({
    sql,
    objects,
    graceMs,
    dryRun: false,
    signal,
    everyMs: CLEAN_MS,
  });
  if (!found || found.removed + found.swept === 0) return;
  const size = (found.bytes / 2 ** 20).toFixed(1);
  print(`cleaned: ${found.removed} artefacts (${size} MB), ${found.swept} rests of writers`);
}
