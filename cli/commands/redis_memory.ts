/**
 * `redis:memory`: how much memory Redis needs for what is served from it.
 *
 * @module
 */
import type { Sample } from "../../assets/rebuild/sample.ts";
import type { Sql } from "../../assets/sql.ts";
import { EXIT, type Run, type Setting, UsageError } from "../command.ts";
import { table } from "../table.ts";
import { json, withApp } from "../with_app.ts";

/** One line of the estimate. */
interface Line {
  readonly what: string;
  /** Bytes for one user; `null` for what does not grow with them. */
  readonly each: number | null;
  /** Bytes for all of them. */
  readonly all: number;
}

/** Measures what is in PostgreSQL as it would be written. */
export const redisMemory: Run = (setting) => {
  const asked = usersOf(setting.called.words[0]);
  return withApp(setting, async ({ lender }) => {
    const { database } = await import("../../assets/resources.ts");
    const { sampleOf } = await import("../../assets/rebuild/sample.ts");
    const lent = await lender.lend({ database }) as { readonly database: Sql };
    const sample = await sampleOf(lent.database, new Date());
    const users = asked ?? (sample.users || 100_000);
    const lines = await estimate(sample, users);
    const bytes = lines.reduce((sum, { all }) => sum + all, 0);
    if (setting.called.on("json")) {
      setting.io.out(json({ users, bytes, lines, typical: sample.typical }));
    } else tell(setting, { users, bytes, lines, sample });
    return EXIT.ok;
  });
};

function usersOf(word: string | undefined): number | undefined {
  if (word === undefined) return undefined;
  const users = Number(word.replaceAll("_", ""));
  if (Number.isSafeInteger(users) && users > 0) return users;
  throw new UsageError(`Cannot estimate for "${word}" users: it is a whole number from 1 on`);
}

async function estimate(sample: Sample, users: number): Promise<readonly Line[]> {
  const memory = await import("../../adapters/redis/memory.ts");
  const { projectIn } = await import("../../adapters/redis/online_store.ts");
  const { cachePrefix } = await import("../../adapters/redis/cache.ts");
  const { featureProject } = await import("../../assets/features/views.ts");
  const place = { namespace: Deno.env.get("AURORA_REDIS_NAMESPACE") ?? "" };
  const before = cachePrefix(place).length;
  const kept = ({ key, bytes }: { readonly key: string; readonly bytes: number }) =>
    memory.stringBytes(before + key.length, bytes);
  const features = memory.entityMemory(projectIn(place, featureProject), sample.rows);
  const views = [...features.byView].map(([view, each]) => ({
    what: `features of ${view}`,
    each,
    all: each * users,
  }));
  const rest = features.bytes - views.reduce((sum, { each }) => sum + each, 0);
  const each = mean(sample.predictions.map(kept));
  const share = sample.users === 0 ? 1 : sample.predicted / sample.users;
  const predicted = Math.round(users * share);
  const models = sample.models.map(kept).reduce((sum, bytes) => sum + bytes, 0);
  return [
    ...views,
    { what: "keys, expiry and rounding", each: rest, all: rest * users },
    { what: `predictions of ${predicted} users`, each, all: each * predicted },
    { what: "models", each: null, all: models },
    {
      what: "tables of keys",
      each: null,
      all: 2 * memory.tableBytes(users + predicted + sample.models.length),
    },
  ];
}

const mean = (all: readonly number[]) => all.reduce((sum, one) => sum + one, 0) / all.length;
const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

function tell(
  { io }: Setting,
  o: {
    readonly users: number;
    readonly bytes: number;
    readonly lines: readonly Line[];
    readonly sample: Sample;
  },
): void {
  const rows = o.lines.map(({ what, each, all }) => [
    what,
    each === null ? "-" : String(Math.round(each)),
    megabytes(all),
  ]);
  table(io, ["WHAT", "BYTES A USER", `OF ${o.users} USERS`], rows).forEach((line) => io.out(line));
  io.out(`Redis needs ${megabytes(o.bytes)} for ${o.users} users`);
  for (const what of o.sample.typical) {
    io.err(`No ${what} are published yet: they count with typical values`);
  }
}
