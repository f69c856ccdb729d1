/**
 * The contract on cursors, alerts and news.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { type Behaviour, done, plan, step, submit, worker } from "./subject.ts";
import type { Ledger, News } from "../ledger.ts";
import type { Advance } from "../records.ts";

const tick = (revision: number, options: Partial<Advance> = {}): Advance => ({
  name: "schedule:nightly",
  revision,
  value: { until: "2025-01-27T00:00:00Z" },
  result: "nothing was due",
  outcome: "skipped",
  submissions: [],
  ...options,
});

const alert = {
  episode: "late:a",
  kind: "late",
  severity: "error",
  asset: "a",
  run: null,
  title: "a is late",
  message: "It should have been there at 06:00.",
} as const;

/** Nobody looks after it. */
const unseen = { acknowledgedAt: null, acknowledgedBy: null, note: null };

/** Takes news of a kind, while `cause` is done again and again. */
async function heard(
  ledger: Ledger,
  cause: () => Promise<unknown>,
  wanted: (news: News) => boolean,
) {
  const signal = AbortSignal.timeout(10_000);
  const over = new AbortController();
  const listener = (async () => {
    for await (const news of ledger.news(AbortSignal.any([signal, over.signal]))) {
      if (wanted(news)) return true;
    }
    return false;
  })();
  // Again and again, since nobody says from when on a listener hears.
  const again = (async () => {
    while (!over.signal.aborted && !signal.aborted) {
      await cause();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  })();
  const found = await listener;
  over.abort();
  await again;
  return found;
}

/** Sentences on `advance()`, `open()`, `resolve()` and `news()`. */
export const standingBehaviours: readonly Behaviour[] = [
  ["advance() moves a cursor and submits its runs", async ({ ledger }) => {
    assertEquals(await ledger.cursors(""), []);
    const requested = tick(0, {
      outcome: "requested",
      result: "one run",
      submissions: [plan([step("a"), step("b")], { key: "27" })],
    });
    const [submitted] = (await ledger.advance(requested))!;
    assertEquals([submitted?.steps, submitted?.created], [2, true]);
    const [cursor, ...more] = await ledger.cursors("schedule:");
    const { at, ...kept } = cursor!;
    assertEquals(kept, {
      name: "schedule:nightly",
      value: { until: "2025-01-27T00:00:00Z" },
      revision: 1,
      result: "one run",
      outcome: "requested",
      run: submitted!.run,
    });
    assert(at instanceof Date);
    assertEquals(more, []);
    assertEquals(await ledger.advance(tick(1, { value: 5 })), []);
    const [next] = await ledger.cursors("schedule:nightly");
    assertEquals([next?.revision, next?.value, next?.run], [2, 5, submitted!.run]);
  }],
  ["advance() of an old revision changes nothing", async ({ ledger }) => {
    await ledger.advance(tick(0));
    const submissions = [plan([step("a")])];
    assertEquals(await ledger.advance(tick(0, { submissions, value: "lost" })), undefined);
    assertEquals(await ledger.advance(tick(2, { submissions, value: "lost" })), undefined);
    assertEquals(await ledger.runs({ limit: 5 }), []);
    assertEquals((await ledger.cursors(""))[0]?.revision, 1);
  }],
  ["advance() of one revision from many sides at once: exactly one wins", async ({ ledger }) => {
    for (const revision of [0, 1]) {
      const answers = await Promise.all(
        Array.from(
          { length: 8 },
          () => ledger.advance(tick(revision, { submissions: [plan([step("a")])] })),
        ),
      );
      assertEquals(answers.filter((answer) => answer !== undefined).length, 1);
      assertEquals((await ledger.runs({ limit: 50 })).length, revision + 1);
    }
  }],
  ["advance() does not submit a run whose key is known", async ({ ledger }) => {
    const { run } = await ledger.submit(plan([step("a")], { key: "27" }));
    const answer = await ledger.advance(
      tick(0, { submissions: [plan([step("a")], { key: "27" })] }),
    );
    assertEquals(answer?.map((s) => ({ ...s })), [{ run, steps: 1, created: false }]);
  }],
  ["advance() is a fact if it requests or fails: idle looks leave no trail", async ({ ledger }) => {
    await ledger.advance(tick(0));
    await ledger.advance(tick(1, { outcome: "failed" }));
    const ticks = (await ledger.facts("", 100)).filter((fact) => fact.kind === "tick");
    assertEquals(ticks.map((fact) => [fact.name, fact.state]), [["schedule:nightly", "failed"]]);
  }],
  ["cursors() finds by the beginning of the name, taken literally", async ({ ledger }) => {
    for (const name of ["sensor:a_b", "sensor:axb", "schedule:a"]) {
      await ledger.advance(tick(0, { name }));
    }
    const names = async (prefix: string) =>
      (await ledger.cursors(prefix)).map((c) => c.name).sort();
    assertEquals(await names("sensor:"), ["sensor:a_b", "sensor:axb"]);
    assertEquals(await names("sensor:a_"), ["sensor:a_b"]);
    assertEquals((await names("")).length, 3);
  }],
  ["open() opens an episode once, until it is resolved", async ({ ledger }) => {
    const first = await ledger.open(alert);
    const { id, openedAt, ...kept } = first!;
    assertEquals(kept, { ...alert, resolvedAt: null, openSent: [], resolvedSent: [], ...unseen });
    assert(openedAt instanceof Date);
    assertEquals(await ledger.open({ ...alert, title: "still late" }), undefined);
    assert((await ledger.open({ ...alert, episode: "late:b" })) !== undefined);
    const resolved = await ledger.resolve("late:a");
    assertEquals(resolved?.id, id);
    assert(resolved?.resolvedAt instanceof Date);
    assertEquals(await ledger.resolve("late:a"), undefined);
    const second = await ledger.open(alert);
    assert(second !== undefined && second.id !== id);
  }],
  [
    "ticks() gives the ticks of one name, newest first, with what advance() was told to keep",
    async ({ ledger }) => {
      const options = { outcome: "failed", submissions: [] } as const;
      for (const revision of [0, 1, 2]) {
        await ledger.advance(tick(revision, { ...options, data: { look: { of: [revision] } } }));
      }
      await ledger.advance(tick(3));
      await ledger.advance(tick(0, { ...options, name: "schedule:other" }));
      const looks = async (
        before: string | undefined,
        limit: number,
      ) => (await ledger.ticks("schedule:nightly", { before, limit }));
      const all = await looks(undefined, 10);
      const kept = all.map((fact) => (fact.data as { look?: unknown }).look);
      assertEquals(kept, [{ of: [2] }, { of: [1] }, { of: [0] }]);
      assertEquals((all[0]!.data as { result?: unknown }).result, "nothing was due");
      assertEquals(await looks(undefined, 2), all.slice(0, 2));
      assertEquals(await looks(all[0]!.seq, 1), all.slice(1, 2));
      assertEquals(await looks(all[2]!.seq, 5), []);
      assertEquals(await ledger.ticks("schedule:none", { limit: 5 }), []);
    },
  ],
  ["open() of one episode from many sides at once opens one", async ({ ledger }) => {
    const opened = await Promise.all(Array.from({ length: 8 }, () => ledger.open(alert)));
    assertEquals(opened.filter((a) => a !== undefined).length, 1);
    const ended = await Promise.all(Array.from({ length: 8 }, () => ledger.resolve("late:a")));
    assertEquals(ended.filter((a) => a !== undefined).length, 1);
    assertEquals((await ledger.alerts(10)).length, 1);
  }],
  ["told() remembers each channel once", async ({ ledger }) => {
    const { id } = (await ledger.open(alert))!;
    for (const channel of ["mail", "slack", "mail"]) await ledger.told(id, "open", channel);
    await ledger.resolve("late:a");
    await ledger.told(id, "resolved", "mail");
    const [found] = await ledger.alerts(5);
    assertEquals([...found!.openSent].sort(), ["mail", "slack"]);
    assertEquals(found!.resolvedSent, ["mail"]);
  }],
  ["alerts() gives open episodes first, then newest first", async ({ ledger }) => {
    for (const episode of ["1", "2", "3", "4"]) await ledger.open({ ...alert, episode });
    await ledger.resolve("2");
    await ledger.resolve("4");
    const order = (await ledger.alerts(10)).map((a) => a.episode);
    assertEquals(order, ["3", "1", "4", "2"]);
    assertEquals((await ledger.alerts(3)).map((a) => a.episode), ["3", "1", "4"]);
  }],
  ["an episode is told as facts", async ({ ledger }) => {
    await ledger.open(alert);
    await ledger.resolve("late:a");
    const told = (await ledger.facts("", 100)).filter((fact) => fact.kind === "alert");
    assertEquals(told.map((fact) => [fact.name, fact.state]), [["a", "open"], ["a", "resolved"]]);
  }],
  ["news() tells of steps to claim", async ({ ledger }) => {
    assert(await heard(ledger, () => submit(ledger, [step("a")]), (news) => news.of === "step"));
  }],
  ["news() tells of facts", async ({ ledger }) => {
    let revision = 0;
    const cause = () => ledger.advance(tick(revision++, { outcome: "failed" }));
    assert(await heard(ledger, cause, (news) => news.of === "fact"));
  }],
  ["news() tells of events to send", async ({ ledger }) => {
    const hand = await worker(ledger);
    const events = [{ topic: "t", key: "k", payload: null }];
    const cause = async () => {
      await submit(ledger, [step("a")]);
      await hand.finish([done(await hand.one(), { events })]);
    };
    assert(await heard(ledger, cause, (news) => news.of === "outbox"));
  }],
  ["news() tells of lines of a log, and of which run", async ({ ledger }) => {
    const run = await submit(ledger, [step("a")]);
    const at = new Date("2025-01-27T06:00:00Z");
    const line = {
      at,
      run,
      step: 0,
      attempt: 1,
      level: "info",
      message: "x",
      fields: null,
    } as const;
    const wanted = (news: News) => news.of === "log" && news.run === run;
    assert(await heard(ledger, () => ledger.log([line]), wanted));
  }],
  ["news() ends when its signal aborts, without an error", async ({ ledger }) => {
    const over = new AbortController();
    const ended = (async () => {
      for await (const _news of ledger.news(over.signal));
      return true;
    })();
    await submit(ledger, [step("a")]);
    over.abort();
    assertEquals(await ended, true);
    for await (const _news of ledger.news(AbortSignal.abort())) throw new Error("nothing is told");
  }],
];
