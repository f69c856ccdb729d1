import { assertEquals, assertMatch } from "@std/assert";
import type { RunView } from "engine";
import { runOf } from "../adapters/postgres/keep/history.ts";
import { bench } from "../engine/run/service_fixture.ts";
import { call, fakeApp } from "./fake.ts";

Deno.test("run tells of a result that came too late, and of none otherwise", async () => {
  const b = bench();
  const { ledger } = b;
  const { run } = await ledger.submit(runOf([{ asset: "source/users" }]));
  const worker = await ledger.join({ host: "h", pid: 1, queues: ["default"], slots: 1 });
  const ask = { worker, queues: ["default"], room: 1 };
  const [claimed] = await ledger.claim(ask);
  assertEquals((await call(fakeApp(b), `run ${run}`)).out.includes("late"), false);
  await ledger.bury(worker, "no heartbeat");
  const error = { message: "too late", causes: [], stack: null };
  const token = { run, step: 0, attempt: claimed!.attempt };
  await ledger.finish([{ ...token, state: "failed", error, retryAt: null }], ask);
  const { out } = await call(fakeApp(b), `run ${run}`);
  assertMatch(
    out,
    /source\/users: a late failure of attempt 1 by worker \S+ was refused at 2025-01-28 12:00:00: too late/,
  );
  const view = (await call(fakeApp(b), `run ${run} --json`)).json<RunView>();
  assertEquals(view.steps[0]!.attempts[0]!.late?.status, "failed");
});
