import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import type { Ledger, LogRecord } from "engine";
import { connect } from "../../../adapters/postgres/connect.ts";
import { until } from "../../e2e/program.ts";
import { plan, step } from "../../../engine/ledger/contract/subject.ts";
import { testLedger } from "../../services/ledger.ts";

const CHILD = fromFileUrl(new URL("./log_worker.ts", import.meta.url));

function child(url: string, lines: number): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", CHILD, url, String(lines)],
    stdout: "null",
    stderr: "inherit",
  }).spawn();
}

const submission = plan([step("talks")], { title: "talks" });

type Line = LogRecord & { readonly id: string };

/** Reads on from the last line seen, as `logs --follow` and the page do, until told to end. */
async function follow(ledger: Ledger, run: string, o: { seen: Line[]; ends: boolean }) {
  for (let isLast = false;;) {
    const lines = await ledger.logs({ run, after: o.seen.at(-1)?.id ?? "0", limit: 1_000 });
    o.seen.push(...lines);
    if (isLast && lines.length === 0) return;
    isLast = o.ends;
    await new Promise((r) => setTimeout(r, 5));
  }
}

const saidBy = (lines: readonly Line[], attempt: number) =>
  lines.filter((l) => l.attempt === attempt && l.message.startsWith("line "))
    .map((l) => Number(l.message.slice(5)));

Deno.test("lines are there while a step runs, and stay when its worker is killed", async () => {
  await using made = await testLedger();
  const { ledger } = made;
  const { run } = await ledger.submit(submission);
  const following = { seen: [] as Line[], ends: false };
  const follower = follow(ledger, run, following);
  // If the test ends early its own failure is told, not that of who follows.
  follower.catch(() => {});
  const first = child(made.url, 100_000);
  await until(() => saidBy(following.seen, 1).length > 50, { what: "lines of a step that runs" });
  assertEquals((await ledger.run(run))!.run.state, "running");
  first.kill("SIGKILL");
  await first.status;
  const before = saidBy(await ledger.logs({ run, after: "0", limit: 1_000_000 }), 1);
  const second = child(made.url, 30);
  const state = await until(async () => {
    await ledger.reap(10_000);
    const found = (await ledger.run(run))!.run;
    return found.endedAt ? found.state : undefined;
  }, { what: "the end of the run" });
  assertEquals(state, "success");
  // Its last lines are on their way for a moment after the end of the step.
  await until(() => following.seen.at(-1)?.message === "Materialized", { what: "the last line" });
  following.ends = true;
  await follower;
  second.kill("SIGTERM");
  await second.status;

  const all = await ledger.logs({ run, after: "0", limit: 1_000_000 });
  assertEquals(
    following.seen.map((l) => l.id),
    all.map((l) => l.id),
    "nothing was missed or seen twice",
  );
  assertEquals(saidBy(all, 1), before, "what was kept stays");
  assertEquals(before, before.map((_, n) => n), "in order, without gaps");
  assertEquals(saidBy(all, 2), Array.from({ length: 30 }, (_, n) => n));
  const tenth = all.find((l) => l.attempt === 2 && l.message === "tenth");
  assertEquals([tenth?.level, tenth?.fields], ["info", { n: 0 }]);
});

Deno.test("who follows a run misses no line, though several workers write for it at once", async () => {
  await using made = await testLedger();
  const { ledger } = made;
  const { run } = await ledger.submit(submission);
  const following = { seen: [] as Line[], ends: false };
  const follower = follow(ledger, run, following);
  // If the test ends early its own failure is told, not that of who follows.
  follower.catch(() => {});
  const at = new Date();
  const lines = (worker: number, batch: number) =>
    Array.from({ length: 20 }, (_, n) => ({
      at,
      run,
      step: worker,
      attempt: 1,
      level: "info" as const,
      message: `${worker}/${batch}/${n}`,
      fields: null,
    }));
  const writers = Array.from({ length: 5 }, async (_, worker) => {
    for (let batch = 0; batch < 40; batch++) await ledger.log(lines(worker, batch));
  });
  await Promise.all(writers);
  following.ends = true;
  await follower;
  assertEquals(following.seen.length, 5 * 40 * 20);
  assertEquals(new Set(following.seen.map((l) => l.message)).size, 4_000);
});

Deno.test("lines that another run writes do not wait for a run whose lines wait for their commit", async () => {
  await using made = await testLedger();
  const { ledger } = made;
  const sql = connect(made.url, { max: 1 });
  try {
    const runs = [(await ledger.submit(submission)).run, (await ledger.submit(submission)).run];
    const line = {
      at: new Date(),
      step: 0,
      attempt: 1,
      level: "info",
      message: "x",
      fields: null,
    } as const;
    const held = JSON.stringify([{ ...line, run: runs[0] }]);
    await sql.begin(async (tx) => {
      await tx`select engine.write_log(${held}::text::jsonb)`;
      await ledger.log([{ ...line, run: runs[1]! }]);
      assert((await ledger.logs({ run: runs[1]!, limit: 5 })).length === 1);
    });
  } finally {
    await sql.end({ timeout: 1 });
  }
});
