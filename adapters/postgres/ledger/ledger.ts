import type { Ledger } from "engine";
import { open, type Sql } from "../connect.ts";
import { migrate, readMigrations } from "../migrate.ts";
import { acknowledge, deliveries, silence, silences, unsilence, untold } from "./alerting.ts";
import {
  advanceBackfill,
  backfills,
  cancelBackfill,
  pauseBackfill,
  resumeBackfill,
  startBackfill,
} from "./backfills.ts";
import { cancel, cancelStep, expire, revoked } from "./cancel.ts";
import { claim } from "./claim.ts";
import { outdated, recode } from "./code.ts";
import { bury, disown, heartbeat, held, join, leave, type Life, reap, workers } from "./crew.ts";
import {
  checks,
  events,
  facts,
  newestFact,
  readLog,
  sendAgain,
  ticks,
  topics,
  writeLog,
} from "./facts.ts";
import { finish } from "./finish.ts";
import { news } from "./news.ts";
import { declarePools, pools, setPool } from "./pools.ts";
import { run, runCounts, runs } from "./runs.ts";
import { addKeys, keySets, removeKeys } from "./sets.ts";
import { builds, durations, history, slices, versions, visible, visibleAt } from "./slices.ts";
import { advance, alerts, cursors, openAlert, resolveAlert, told } from "./standing.ts";
import { submit } from "./submit.ts";

/** How the ledger connects. */
export interface LedgerOptions {
  /** Connections for work; listening and the life of a worker have one each of their own. */
  readonly max?: number;
  /** A URL that reaches the server itself and no pooler, for LISTEN and locks. @default the URL of the ledger */
  readonly direct?: string;
}

/** Rows without what the driver adds to the array. */
const plain = async <T>(rows: Promise<readonly T[]>): Promise<T[]> => [...await rows];

const FOLDER = new URL("../migrations", import.meta.url).pathname;

/** Brings the tables of the ledger up to date. @throws {MigrationError} If the database is newer than this program. */
export async function migrateLedger(sql: Sql): Promise<void> {
  await migrate(sql, "engine", await readMigrations(FOLDER));
  await sql`select engine.ensure_months(now())`;
}

/**
 * The ledger in PostgreSQL. Its tables must be there: see {@link migrateLedger}.
 *
 * @throws {ConnectError} If the database cannot be reached, in words.
 */
export async function openLedger(url: string, options: LedgerOptions = {}): Promise<Ledger> {
  const direct = options.direct ?? url;
  const sql = await open(url, { name: "aurora ledger", max: options.max ?? 6 });
  const lives = new Map<string, Life>();
  const lifeOf = (worker: string) => {
    const life = lives.get(worker);
    if (life === undefined) {
      throw new RangeError(`Cannot act for worker ${worker}: it did not join here`);
    }
    return life;
  };
  return {
    name: "postgres",
    submit: (submission) => submit(sql, submission),
    claim: (ask) => claim(sql, ask),
    finish: (outcomes, ask) => finish(sql, outcomes, ask),
    cancel: (id, by) => cancel(sql, id, by),
    cancelStep: (at, by) => cancelStep(sql, at, by),
    expire: () => expire(sql),
    revoked: (worker) => plain(revoked(sql, worker)),
    async join(hello) {
      const life = await join(direct, sql, hello);
      lives.set(life.worker, life);
      return life.worker;
    },
    heartbeat: (worker) => heartbeat(lifeOf(worker)),
    async leave(worker) {
      const life = lifeOf(worker);
      lives.delete(worker);
      await leave(sql, life);
    },
    reap: (silentMs) => reap(sql, silentMs),
    bury: (worker, cause) => bury(sql, worker, cause),
    disown: (worker, holding, olderMs) => disown(sql, worker, { holding, olderMs }),
    workers: () => plain(workers(sql)),
    held: () => held(sql),
    outdated: (code) => plain(outdated(sql, code)),
    recode: (id, from, to) => recode(sql, id, from, to),
    slices: (assets) => slices(sql, assets),
    visible: (keys) => plain(visible(sql, keys)),
    builds: (asset, query) => plain(builds(sql, asset, query)),
    versions: (numbers) => plain(versions(sql, numbers)),
    visibleAt: (keys, at) => plain(visibleAt(sql, keys, at)),
    history: (asset, query) => plain(history(sql, asset, query)),
    checks: (asset) => plain(checks(sql, asset)),
    runs: (query) => runs(sql, query),
    runCounts: () => runCounts(sql),
    run: (id) => run(sql, id),
    durations: (limit) => durations(sql, limit),
    facts: (after, limit) => facts(sql, after, limit),
    newestFact: () => newestFact(sql),
    ticks: (name, query) => ticks(sql, name, query),
    log: (lines) => writeLog(sql, lines),
    logs: (query) => plain(readLog(sql, query)),
    events: (query) => plain(events(sql, query)),
    topics: () => plain(topics(sql)),
    sendAgain: (ids) => sendAgain(sql, ids),
    cursors: (prefix) => plain(cursors(sql, prefix)),
    advance: (step) => advance(sql, step),
    open: (alert) => openAlert(sql, alert),
    resolve: (episode) => resolveAlert(sql, episode),
    told: (id, of, channel) => told(sql, id, of, channel),
    alerts: (limit) => plain(alerts(sql, limit)),
    deliveries: () => plain(deliveries(sql)),
    untold: (at, trouble) => untold(sql, at, trouble),
    acknowledge: (id, by) => acknowledge(sql, id, by),
    silence: (silencing) => silence(sql, silencing),
    unsilence: (id, by) => unsilence(sql, id, by),
    silences: () => plain(silences(sql)),
    startBackfill: (submission) => startBackfill(sql, submission),
    backfills: (query) => backfills(sql, query),
    advanceBackfill: (step) => advanceBackfill(sql, step),
    pauseBackfill: (id) => pauseBackfill(sql, id),
    resumeBackfill: (id) => resumeBackfill(sql, id),
    cancelBackfill: (id, by) => cancelBackfill(sql, id, by),
    addKeys: (set, keys) => addKeys(sql, set, keys),
    removeKeys: (set, keys) => removeKeys(sql, set, keys),
    keySets: (known) => keySets(sql, known),
    pools: () => pools(sql),
    declarePools: (slots) => declarePools(sql, slots),
    setPool: (name, slots, by) => setPool(sql, name, slots, by),
    news: (signal) => news(direct, signal),
    async [Symbol.asyncDispose]() {
      for (const life of lives.values()) await life.sql.end({ timeout: 1 });
      await sql.end({ timeout: 2 });
    },
  };
}
