/** A database behind a fault proxy. @module */
import { type FaultProxy, faultProxy } from "../services/fault_proxy.ts";
import { type TestDatabase, testDatabase } from "../services/postgres.ts";

/** The address of a database through a proxy. */
export function through(url: string, port: number): string {
  const way = new URL(url);
  way.port = `${port}`;
  return way.href;
}

/** A database of its own, and the way to it. */
export interface Place extends AsyncDisposable {
  readonly db: TestDatabase;
  readonly proxy: FaultProxy;
  /** Through the proxy. */
  readonly url: string;
}

/** Makes one. */
export async function place(): Promise<Place> {
  const stack = new AsyncDisposableStack();
  const db = stack.use(await testDatabase());
  const proxy = stack.use(await faultProxy(Number(new URL(db.url).port)));
  const url = through(db.url, proxy.port);
  return { db, proxy, url, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** A port whose new connections lead to where `lead()` said last. */
export function crossing(first: number) {
  let target = first;
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const passing = new Set<Promise<unknown>>();
  const serving = (async () => {
    for await (const c of listener) {
      const s = await Deno.connect({ hostname: "127.0.0.1", port: target });
      passing.add(c.readable.pipeTo(s.writable).catch(() => {}));
      passing.add(s.readable.pipeTo(c.writable).catch(() => {}));
    }
  })();
  return {
    port: listener.addr.port,
    lead: (port: number) => void (target = port),
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
      await Promise.all(passing);
    },
  };
}
