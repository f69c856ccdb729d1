import { assertEquals, assertRejects } from "@std/assert";
import { ask, PrivateAddress, type Question } from "../../reach/mod.ts";

const privateHosts = ["127.0.0.1"];

/** A server of the loopback, and what it was asked. */
function listener(answer: () => Response = () => new Response("ok")) {
  const asked: string[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    const { pathname } = new URL(request.url);
    const login = request.headers.get("authorization") ?? "-";
    asked.push(`${request.method} ${pathname} ${login} ${await request.text()}`);
    return answer();
  });
  return {
    asked,
    port: server.addr.port,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

const asking = (url: string, o: Partial<Question> = {}) =>
  ask({ url: new URL(url), method: "GET", privateHosts, limitMs: 5_000, ...o });

Deno.test("ask() sends method, login and body, and gives the status", async () => {
  await using server = listener(() => new Response(null, { status: 204 }));
  const url = `http://me:p%40ss@127.0.0.1:${server.port}/there`;
  assertEquals(await asking(url, { method: "HEAD" }), 204);
  assertEquals(await asking(url, { method: "POST", body: "Zürich" }), 204);
  const login = `Basic ${btoa("me:p@ss")}`;
  assertEquals(server.asked, [`HEAD /there ${login} `, `POST /there ${login} Zürich`]);
});

Deno.test("ask() speaks to no private address, by number or by name, and follows no redirection there", async () => {
  await using server = listener();
  for (const host of ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433"]) {
    const url = `http://${host}:${server.port}/`;
    await assertRejects(() => asking(url, { privateHosts: ["other"] }), PrivateAddress);
  }
  const to = `http://localhost:${server.port}/inside`;
  await using outside = listener(() => Response.redirect(to, 307));
  assertEquals(await asking(`http://127.0.0.1:${outside.port}/`), 307);
  assertEquals([outside.asked.length, server.asked], [1, []]);
});

Deno.test("ask() tells that nobody answers in time, or as a server of HTTP does", async () => {
  using silent = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const accepted = silent.accept();
  const url = `http://127.0.0.1:${silent.addr.port}/`;
  await assertRejects(() => asking(url, { limitMs: 100 }), Error, "no answer within 100 ms");
  (await accepted).close();
  const other = silent.accept().then(async (connection) => {
    await connection.write(new TextEncoder().encode("220 mail.example.com ESMTP\r\n"));
    connection.close();
  });
  await assertRejects(() => asking(url), Error, "does not answer as a server of HTTP does");
  await other;
});
