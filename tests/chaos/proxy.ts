/** A way to PostgreSQL that can be cut: bytes vanish in both directions, and nobody is told. @module */

/** A TCP proxy on a port of the loopback. */
export interface Proxy extends AsyncDisposable {
  readonly port: number;
  /** From now on nothing arrives; connections stay open, new ones are taken and hear nothing. */
  cut(): void;
  /** What was held back arrives, as when a network comes back. */
  heal(): void;
}

/** Starts a proxy to a port of this machine, at an address of it. */
export function proxyTo(target: number, hostname = "127.0.0.1"): Proxy {
  const listener = Deno.listen({ hostname, port: 0 });
  const open = new Set<Deno.TcpConn>();
  let healed = Promise.withResolvers<void>();
  healed.resolve();
  const pass = async (from: Deno.TcpConn, to: Deno.TcpConn) => {
    const buffer = new Uint8Array(65_536);
    try {
      for (let n = await from.read(buffer); n !== null; n = await from.read(buffer)) {
        const bytes = buffer.slice(0, n);
        await healed.promise;
        for (let at = 0; at < n;) at += await to.write(bytes.subarray(at));
      }
    } catch {
      // One end is gone: so is the other, below.
    }
    for (const end of [from, to]) {
      open.delete(end);
      try {
        end.close();
      } catch {
        // The other direction was faster.
      }
    }
  };
  const serving = (async () => {
    for await (const client of listener) {
      const server = await Deno.connect({ hostname: "127.0.0.1", port: target }).catch(() => null);
      if (server === null) client.close();
      else {
        open.add(client).add(server);
        void pass(client, server);
        void pass(server, client);
      }
    }
  })();
  return {
    port: listener.addr.port,
    cut: () => void (healed = Promise.withResolvers<void>()),
    heal: () => healed.resolve(),
    async [Symbol.asyncDispose]() {
      listener.close();
      healed.resolve();
      for (const end of open) {
        try {
          end.close();
        } catch {
          // It has ended.
        }
      }
      await serving;
    },
  };
}
