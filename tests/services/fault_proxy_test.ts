import { assert, assertEquals, assertRejects } from "@std/assert";
import { faultProxy } from "./fault_proxy.ts";

/** A server that sends back what it hears. */
function echo(): AsyncDisposable & { readonly port: number } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const taken = new Set<Promise<void>>();
  const serving = (async () => {
    for await (const c of listener) taken.add(c.readable.pipeTo(c.writable).catch(() => {}));
  })();
  return {
    port: listener.addr.port,
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
      await Promise.all(taken);
    },
  };
}

const dial = (port: number) => Deno.connect({ hostname: "127.0.0.1", port });
const bytes = (text: string) => new TextEncoder().encode(text);
const timeOf = async (what: () => Promise<unknown>) => {
  const from = performance.now();
  await what();
  return performance.now() - from;
};

/** Sends, and reads as much again. */
async function ask(c: Deno.Conn, text: string): Promise<string> {
  const [sent, got] = [bytes(text), new Uint8Array(text.length)];
  for (let at = 0; at < sent.length;) at += await c.write(sent.subarray(at));
  for (let at = 0; at < got.length;) {
    const n = await c.read(got.subarray(at));
    if (n === null) return new TextDecoder().decode(got.subarray(0, at));
    at += n;
  }
  return new TextDecoder().decode(got);
}

/** Whether an answer is there within so many milliseconds. */
async function hears(answer: Promise<string>, ms = 150): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), ms);
  return await Promise.race([answer, promise]).finally(() => clearTimeout(timer));
}

Deno.test("faultProxy() passes on both ways, counts, and passes on ends", async () => {
  await using server = echo();
  await using proxy = await faultProxy(server.port);
  using c = await dial(proxy.port);
  const long = "0123456789".repeat(100_000);
  assertEquals(await ask(c, long), long);
  const { connections, open, cut, requests, answers } = proxy.counts;
  assertEquals([connections, open, cut, requests, answers], [1, 1, 0, long.length, long.length]);
  await c.closeWrite();
  assertEquals(await c.read(new Uint8Array(1)), null);
});

Deno.test("latency() delays each way, and pipelined requests together", async () => {
  await using server = echo();
  await using proxy = await faultProxy(server.port);
  using c = await dial(proxy.port);
  proxy.latency(60);
  const ms = await timeOf(() => ask(c, "one"));
  assert(ms >= 118, `${ms} ms`);
  const portions = async () => {
    for (let i = 0; i < 20; i++) {
      await c.write(bytes("x"));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    for (let got = 0; got < 20;) got += await c.read(new Uint8Array(20)) ?? 20;
  };
  const together = await timeOf(portions);
  assert(together < 20 * 60, `${together} ms`);
  await proxy.heal();
  assertEquals(await ask(c, "two"), "two");
});

Deno.test("slow() limits the bytes a second of each way", async () => {
  await using server = echo();
  await using proxy = await faultProxy(server.port);
  using c = await dial(proxy.port);
  proxy.slow(20_000);
  const ms = await timeOf(() => ask(c, "x".repeat(8_000)));
  assert(ms > 350, `${ms} ms`);
});

Deno.test("blackHole() holds bytes of old and new connections until heal()", async () => {
  await using server = echo();
  await using proxy = await faultProxy(server.port);
  using old = await dial(proxy.port);
  await ask(old, "before");
  proxy.blackHole();
  using young = await dial(proxy.port);
  const answers = [ask(old, "old"), ask(young, "young")];
  assertEquals(await Promise.all(answers.map((a) => hears(a))), [undefined, undefined]);
  assertEquals(proxy.counts.requests, "before".length);
  await proxy.heal();
  assertEquals(await Promise.all(answers), ["old", "young"]);
});

Deno.test("blackHole() of the answers lets requests through", async () => {
  await using server = echo();
  await using proxy = await faultProxy(server.port);
  using c = await dial(proxy.port);
  proxy.blackHole("answers");
  const answer = ask(c, "hello");
  assertEquals(await hears(answer), undefined);
  assertEquals([proxy.counts.requests, proxy.counts.answers], [5, 0]);
  await proxy.heal();
  assertEquals(await answer, "hello");
});

Deno.test("blackHole() keeps an end to itself as well", async () => {
  await using server = echo();
  await using proxy = await faultProxy(server.port);
  using c = await dial(proxy.port);
  await ask(c, "x");
  proxy.blackHole();
  await c.closeWrite();
  const end = c.read(new Uint8Array(1)).then((n) => `${n}`);
  assertEquals(await hears(end), undefined);
  await proxy.heal();
  assertEquals(await end, "null");
});

Deno.test("cut() resets open connections and takes new ones", async () => {
  await using server = echo();
  await using proxy = await faultProxy(server.port);
  using c = await dial(proxy.port);
  await ask(c, "x");
  proxy.cut();
  await assertRejects(() => c.read(new Uint8Array(1)), Deno.errors.ConnectionReset);
  using again = await dial(proxy.port);
  assertEquals(await ask(again, "x"), "x");
  assertEquals([proxy.counts.cut, proxy.counts.open], [1, 1]);
});

Deno.test("cutAfter() passes exactly so many bytes, so many times", async () => {
  await using server = echo();
  await using proxy = await faultProxy(server.port);
  proxy.cutAfter({ bytes: 1_000, of: "answers", times: 2 });
  for (let i = 0; i < 2; i++) {
    using c = await dial(proxy.port);
    await c.write(bytes("x".repeat(1_500)));
    let got = 0;
    const read = async () => {
      for (;;) got += await c.read(new Uint8Array(300)) ?? 0;
    };
    await assertRejects(read, Deno.errors.ConnectionReset);
    assertEquals(got, 1_000);
  }
  using c = await dial(proxy.port);
  assertEquals(await ask(c, "x".repeat(1_500)), "x".repeat(1_500));
  assertEquals(proxy.counts.cut, 2);
});

Deno.test("refuse() keeps open connections, and heal() takes new ones at the same port", async () => {
  await using server = echo();
  await using proxy = await faultProxy(server.port);
  using c = await dial(proxy.port);
  await ask(c, "x");
  proxy.refuse();
  await assertRejects(() => dial(proxy.port), Deno.errors.ConnectionRefused);
  assertEquals(await ask(c, "still"), "still");
  await proxy.heal();
  using again = await dial(proxy.port);
  assertEquals(await ask(again, "x"), "x");
});

Deno.test("faultProxy() resets a connection when the server is gone", async () => {
  const gone = echo();
  await gone[Symbol.asyncDispose]();
  await using proxy = await faultProxy(gone.port);
  using c = await dial(proxy.port);
  await assertRejects(() => c.read(new Uint8Array(1)), Deno.errors.ConnectionReset);
});
