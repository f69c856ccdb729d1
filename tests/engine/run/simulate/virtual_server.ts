import {
  type Asset,
  define,
  type Definitions,
  type Dep,
  type Job,
  type Ledger,
  lender,
  loops,
  nextTick,
  pause,
  work,
} from "engine";
import { memoryLedger } from "engine/testing";
import { VirtualTime } from "../virtual_time.ts";

/** The same definitions, whose code waits for as long as it is said to take and then gives something new. */
export function stubbed(definitions: Definitions, msOf: (asset: string) => number): Definitions {
  const made = new Map<Asset, Asset>();
  const of = (dep: Dep): Dep =>
    "mode" in dep ? { ...dep, asset: made.get(dep.asset)! } : made.get(dep)!;
  let count = 0;
  for (const asset of definitions.assets) {
    const deps = Object.entries(asset.deps).map(([input, dep]) => [input, of(dep)] as const);
    made.set(asset, {
      ...asset,
      deps: Object.fromEntries(deps),
      resources: {},
      store: undefined,
      async run({ context }: { readonly context: unknown }) {
        const { version, signal } = context as { version: bigint; signal: AbortSignal };
        // Looked at by the way, for a step that reads it: that takes no time.
        if (version !== 0n) await pause(msOf(asset.name), signal);
        return { count: ++count };
      },
    } as Asset);
  }
  const job = (j: Job): Job => ({ ...j, assets: j.assets.map((a) => made.get(a)!) });
  const named = <T extends { readonly name: string }>(all: readonly T[]) =>
    Object.fromEntries(all.map((x) => [x.name, x]));
  return define(
    named([...made.values()]),
    named(definitions.jobs.map(job)),
    named(definitions.pools),
  );
}

/** Runs the loops of a server and one worker for some days of virtual time; gives what is remembered. */
export async function served(
  definitions: Definitions,
  o: { readonly from: Date; readonly to: Date; readonly slots: number },
): Promise<{ readonly ledger: Ledger; readonly trouble: readonly string[] }> {
  using time = new VirtualTime(o.from);
  const ledger = memoryLedger({ now: () => new Date() });
  await ledger.declarePools(Object.fromEntries(definitions.pools.map((p) => [p.name, p.slots])));
  const stop = new AbortController();
  const trouble: string[] = [];
  await using resources = lender(() => "");
  const common = { definitions, ledger, lender: resources, signal: stop.signal };
  const hour = 3_600_000;
  const running = [
    loops({
      ...common,
      next: nextTick,
      channels: [],
      schedules: true,
      silentMs: 1_000 * hour,
      reapMs: hour,
      watchMs: hour,
      onTrouble: (loop, error) => void trouble.push(`${loop}: ${(error as Error).message}`),
    }),
    work({
      ...common,
      hello: { host: "test", pid: 1, queues: ["default"], slots: o.slots },
      heartbeatMs: hour,
      pollMs: hour,
      onTrouble: (error) => void trouble.push((error as Error).message),
    }),
  ];
  await time.pass(o.to);
  stop.abort();
  await time.pass(new Date(o.to.getTime() + hour));
  await Promise.all(running);
  return { ledger, trouble };
}
