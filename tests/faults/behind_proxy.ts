/** Programs whose only way to PostgreSQL is a fault proxy. @module */
import { type Cluster, cluster, type Member } from "../chaos/cluster.ts";
import { ask } from "../chaos/load.ts";
import { until } from "../e2e/program.ts";
import { type FaultProxy, faultProxy } from "../services/fault_proxy.ts";

/** A server and a worker behind a proxy; a relay and the test beside it. */
export interface BehindProxy extends AsyncDisposable {
  readonly c: Cluster;
  readonly proxy: FaultProxy;
  /** Of the server. */
  readonly url: string;
  readonly worker: Member;
}

/** Starts them. */
export async function behindProxy(): Promise<BehindProxy> {
  const stack = new AsyncDisposableStack();
  const c = stack.use(await cluster({ server: 0, worker: 0, relay: 1 }));
  const proxy = stack.use(await faultProxy(Number(new URL(c.url).port)));
  const way = new URL(c.url);
  way.port = `${proxy.port}`;
  const env = { DATABASE_URL: way.href };
  const [server, worker] = [c.add("server", env), c.add("worker", env)];
  await c.ready();
  const [, url] = await server.program.said(/answers at (http:\S+)/);
  return { c, proxy, url: url!, worker, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** A run ends well, by the worker that there is. */
export async function runs({ c }: Pick<BehindProxy, "c">, key: string): Promise<void> {
  const run = await ask(c.ledger, key, ["a", "b", "c", "d"]);
  await until(async () => (await c.ledger.run(run))!.run.state === "success", {
    what: `run "${key}" to succeed`,
    timeoutMs: 60_000,
  });
}
