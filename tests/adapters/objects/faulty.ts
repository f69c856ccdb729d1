/** A way to a server whose connections break. @module */

/** A TCP proxy on a port of the loopback. */
export interface Faulty extends AsyncDisposable {
  readonly port: number;
  /** How many connections it has broken. */
  broken(): number;
}

/** Passes on; breaks each of the first `times` connections after so many bytes of one direction. */
export function faulty(
  target: number,
  o: { readonly times: number; readonly after: number; readonly of: "answers" | "requests" },
): Faulty {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let broken = 0;
  const pass = async (from: Deno.TcpConn, to: Deno.TcpConn, most: number) => {
    const buffer = new Uint8Array(65_536);
    let passed = 0;
    try {
      for (let n = await from.read(buffer); n !== null; n = await from.read(buffer)) {
        passed += n;
        if (passed > most && broken < o.times) {
          broken++;
          break;
        }
        for (let at = 0; at < n;) at += await to.write(buffer.subarray(at, n));
      }
    } catch { /* one end is gone: so is the other, below */ }
    for (const end of [from, to]) {
      try {
        end.close();
      } catch { /* the other direction was faster */ }
    }
  };
  const serving = (async () => {
    for await (const client of listener) {
      const server = await Deno.connect({ hostname: "127.0.0.1", port: target });
      void pass(client, server, o.of === "requests" ? o.after : Infinity);
      void pass(server, client, o.of === "answers" ? o.after : Infinity);
    }
  })().catch(() => {});
  return {
    port: listener.addr.port,
    broken: () => broken,
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
    },
  };
}
