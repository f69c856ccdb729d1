/** A cluster under steady load for long: what must not grow. @module */
import { cluster, type Member } from "./cluster.ts";
import { lookAtEnd } from "./laws.ts";
import { load, rest } from "./load.ts";

/** One look at what a process and the database hold. */
interface Sample {
  readonly minute: number;
  /** By process: MB of memory, open files. */
  readonly processes: readonly { readonly rss: number; readonly files: number }[];
  readonly connections: number;
}

/** What a soak came to; slopes are of the second half, per hour. */
export interface Soaked {
  readonly minutes: number;
  readonly steps: number;
  readonly kinds: readonly string[];
  /** MB at the end, and MB an hour, by process. */
  readonly rss: readonly number[];
  readonly rssSlope: readonly number[];
  /** Open files at the middle and at the end, by process. */
  readonly files: readonly (readonly [number, number])[];
  /** Connections at the middle and at the end. */
  readonly connections: readonly [number, number];
  /** What grew more than it may. */
  readonly grown: readonly string[];
}

/** MB an hour that a process may grow by, and MB that the line through a heap that breathes may be off by. */
const MOST_SLOPE = 60;
const BREATH = 32;
/** Files and connections come and go by a few. */
const MOST_MORE = 4;
const EVERY_MS = 5_000;

/** Runs for so many minutes and measures. */
export async function soak(o: {
  readonly minutes: number;
  print?(line: string): void;
}): Promise<Soaked> {
  await using c = await cluster({ server: 2, worker: 2, relay: 1 });
  await c.ready();
  const loading = load(c, 500);
  const samples: Sample[] = [];
  const began = performance.now();
  const minute = () => (performance.now() - began) / 60_000;
  while (minute() < o.minutes) {
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    const [row] = await c.sql<[{ n: number }]>`
      select count(*)::int as n from pg_stat_activity where application_name like 'aurora%'`;
    samples.push({ minute: minute(), processes: c.members.map(measure), connections: row.n });
    if (samples.length % 12 === 0) o.print?.(JSON.stringify(samples.at(-1)));
  }
  await loading.stop();
  await rest(c, 600_000);
  await lookAtEnd(c, "after a soak");
  const [row] = await c.sql<[{ n: number }]>`select count(*)::int as n from engine.step`;
  return { minutes: o.minutes, steps: row.n, ...judged(samples, c.members) };
}

function measure({ program }: Member): { readonly rss: number; readonly files: number } {
  const status = Deno.readTextFileSync(`/proc/${program.pid}/status`);
  const rss = Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1_024);
  return { rss, files: [...Deno.readDirSync(`/proc/${program.pid}/fd`)].length };
}

function judged(samples: readonly Sample[], members: readonly Member[]) {
  const half = samples.slice(Math.floor(samples.length / 2));
  const [middle, end] = [half[0]!, half.at(-1)!];
  const kinds = members.map((m) => m.kind);
  const rss = end.processes.map((p) => p.rss);
  const slope = (i: number) => slopeOf(half.map((s) => [s.minute / 60, s.processes[i]!.rss]));
  const rssSlope = kinds.map((_, i) => Math.round(slope(i)));
  const mostSlope = MOST_SLOPE + BREATH / ((end.minute - middle.minute) / 60);
  const files = kinds.map((_, i) => [middle.processes[i]!.files, end.processes[i]!.files] as const);
  const connections = [middle.connections, end.connections] as const;
  const isMore = ([before, after]: readonly [number, number]) => after > before + MOST_MORE;
  const grown = [
    ...kinds.flatMap((k, i) => rssSlope[i]! > mostSlope ? [`${k}: ${rssSlope[i]} MB an hour`] : []),
    ...kinds.flatMap((k, i) => isMore(files[i]!) ? [`${k}: ${files[i]!.join(" → ")} files`] : []),
    ...(isMore(connections) ? [`${connections.join(" → ")} connections`] : []),
  ];
  return { kinds, rss, rssSlope, files, connections, grown };
}

/** Least squares. */
function slopeOf(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (of: 0 | 1) => points.reduce((sum, p) => sum + p[of], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const over = points.reduce((sum, p) => sum + (p[0] - x) * (p[1] - y), 0);
  return over / points.reduce((sum, p) => sum + (p[0] - x) ** 2, 0);
}
