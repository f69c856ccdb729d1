import { assert, assertEquals } from "@std/assert";
import { look, lookAtEnd } from "../chaos/laws.ts";
import { ask, rest } from "../chaos/load.ts";
import { until } from "../e2e/program.ts";
import { behindProxy, runs } from "./behind_proxy.ts";

/** A status and how long it took, whatever the answer is. */
async function get(url: string): Promise<{ status: number; text: string; ms: number }> {
  const from = performance.now();
  const answer = await fetch(url, { signal: AbortSignal.timeout(90_000) });
  return {
    status: answer.status,
    text: await answer.text(),
    ms: Math.round(performance.now() - from),
  };
}

Deno.test("server and worker whose database is in a black hole say so, and go on after it", async () => {
  await using p = await behindProxy();
  await runs(p, "before");
  p.proxy.blackHole();
  const health = await get(`${p.url}/health`);
  assert(health.ms < 10_000, `${health.ms} ms`);
  assert(health.text.includes("no answer within"), health.text);
  const [ready, listed] = await Promise.all([
    get(`${p.url}/ready`),
    get(`${p.url}/api/v1/runs`),
    p.worker.program.said(/Cannot wait for an answer of .*, and the server cannot be reached/),
  ]);
  assertEquals(ready.status, 503);
  assert(listed.status >= 500 && listed.ms < 60_000, JSON.stringify(listed));
  await p.proxy.heal();
  await until(async () => (await get(`${p.url}/ready`)).status === 200, { what: "the server" });
  assertEquals((await get(`${p.url}/api/v1/runs`)).status, 200);
  await runs(p, "after");
  await rest(p.c);
  await lookAtEnd(p.c, "after a black hole");
});

Deno.test("server and worker 50 ms from their database, and on connections that are cut again and again", async () => {
  await using p = await behindProxy();
  p.proxy.latency(50);
  await runs(p, "far away");
  p.proxy.latency(0);
  for (let i = 0; i < 5; i++) {
    const run = ask(p.c.ledger, `cut ${i}`, ["a", "b", "c", "d"]);
    p.proxy.cutAfter({
      bytes: 3_000 * (i + 1),
      of: i % 2 === 0 ? "answers" : "requests",
      times: 6,
    });
    await run;
    await new Promise((resolve) => setTimeout(resolve, 700));
    await look(p.c.sql, `after cut ${i + 1}`);
  }
  assert(p.proxy.counts.cut >= 10, `${p.proxy.counts.cut} connections were cut`);
  await p.proxy.heal();
  await runs(p, "after");
  await rest(p.c);
  await lookAtEnd(p.c, "after cuts");
});
