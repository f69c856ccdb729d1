/** Which resources run short. @module */
import { durationText } from "../declare/duration.ts";
import type { Episode } from "./episodes.ts";
import type { HostVitals, Queued, SharedVitals, Used } from "./vitals.ts";

/** From when on something runs short. */
export interface Limits {
  /** Milliseconds that a step waits for a worker. @default {900000} */
  readonly queueMs: number;
  /** Milliseconds that a step waits for a full pool. @default {900000} */
  readonly poolMs: number;
  /** Milliseconds that an event waits to be sent. @default {300000} */
  readonly outboxMs: number;
  /** Share of the memory of a machine. @default {0.9} */
  readonly memory: number;
  /** Share of the disk. @default {0.9} */
  readonly disk: number;
  /** Share of the connections that the database allows. @default {0.9} */
  readonly connections: number;
}

/** Limits unless somebody sets others. */
export const LIMITS: Limits = {
  queueMs: 15 * 60_000,
  poolMs: 15 * 60_000,
  outboxMs: 5 * 60_000,
  memory: 0.9,
  disk: 0.9,
  connections: 0.9,
};

/** What was measured. */
export interface Measured {
  readonly shared: SharedVitals;
  /** Machines that told of themselves; those that fell silent are left out. */
  readonly hosts: readonly HostVitals[];
  readonly limits: Limits;
  readonly now: Date;
  /** Whether an episode is open already: it ends 5 % below its limit, so that nothing flickers. */
  isOpen(episode: string): boolean;
}

/** How far below its limit a share must be for its episode to end. */
const SLACK = 0.05;

/** One episode for each resource that runs short. */
export function exhausted(m: Measured): readonly Episode[] {
  const { shared, limits, now } = m;
  return [
    ...waited(m, { episode: "queue", limitMs: limits.queueMs, ...shared.queue }, {
      title: "Steps wait for a worker",
      who: "steps wait",
      remedy: "no worker takes them: too few slots, none of their queue, or none with this code",
    }),
    ...shared.pools.flatMap((pool) =>
      waited(m, { episode: `pool:${pool.name}`, limitMs: limits.poolMs, ...pool }, {
        title: `Pool "${pool.name}" is starved`,
        who: "steps wait",
        remedy: `all of its ${pool.slots} slots are taken`,
      })
    ),
    ...(shared.outbox === null
      ? []
      : waited(m, { episode: "outbox", limitMs: limits.outboxMs, ...shared.outbox }, {
        title: "Events are not sent",
        who: "events wait in the outbox",
        remedy: "the relay cannot reach Kafka, or does not keep up",
      })),
    ...setAside(shared.refused, now),
    ...used(m, "connections", shared.connections, {
      title: "The database runs short of connections",
      unit: (n) => String(n),
    }),
    ...m.hosts.flatMap(({ host, memory, disk }) => [
      ...used(m, `memory:${host}`, memory, { title: `"${host}" runs short of memory`, unit: gib }),
      ...used(m, `disk:${host}`, disk, { title: `"${host}" runs short of disk`, unit: gib }),
    ]),
  ];
}

const gib = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

interface Words {
  readonly title: string;
  readonly who: string;
  readonly remedy: string;
}

function waited(
  { now }: Measured,
  w: Queued & { readonly episode: string; readonly limitMs: number },
  { title, who, remedy }: Words,
): Episode[] {
  if (w.oldest === null) return [];
  const ms = now.getTime() - w.oldest.getTime();
  if (ms <= w.limitMs) return [];
  return [{
    ...resource(w.episode, title),
    message: `${w.waiting} ${who}, the first of them for ${durationText(ms)}; ${remedy}`,
  }];
}

/** One is enough: it waits for people, and will for ever. */
function setAside(refused: Queued | null, now: Date): Episode[] {
  if (refused === null || refused.oldest === null) return [];
  const ms = Math.max(0, now.getTime() - refused.oldest.getTime());
  const which = `${refused.waiting} event${refused.waiting === 1 ? " is" : "s are"}`;
  return [{
    ...resource("refused", "Kafka refuses events"),
    message: `${which} set aside, the first of them for ${durationText(ms)}; ` +
      `"deno task events --refused" says why`,
  }];
}

function used(
  { limits, isOpen }: Measured,
  name: string,
  of: Used | null,
  { title, unit }: { readonly title: string; readonly unit: (n: number) => string },
): Episode[] {
  if (of === null || of.most <= 0) return [];
  const limit = limits[name.split(":")[0] as "connections" | "memory" | "disk"];
  const share = of.used / of.most;
  if (share < (isOpen(`resource:${name}`) ? limit - SLACK : limit)) return [];
  const percent = Math.round(share * 100);
  return [{
    ...resource(name, title),
    message: `${unit(of.used)} of ${unit(of.most)} are used, ${percent} %`,
  }];
}

const resource = (name: string, title: string) => ({
  episode: `resource:${name}`,
  kind: "resource" as const,
  severity: "error" as const,
  asset: null,
  run: null,
  title,
});
