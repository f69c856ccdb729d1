/**
 * The contract on pools and on the turns of runs.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { type Behaviour, done, failed, pass, states, step, submit, worker } from "./subject.ts";

const names = (claimed: readonly { readonly asset: string }[]) => claimed.map((c) => c.asset);

/** Sentences on pools and turns. */
export const poolBehaviours: readonly Behaviour[] = [
  ["claim() never takes more slots of a pool than there are", async ({ ledger }) => {
    const one = await worker(ledger);
    const two = await worker(ledger);
    await ledger.declarePools({ db: 3 });
    const db = (slots: number) => ({ pools: { db: slots } });
    await submit(ledger, [step("a", db(2)), step("b", db(2)), step("c", db(1)), step("d")]);
    const first = await one.claim();
    assertEquals(names(first), ["a", "c", "d"]);
    assertEquals(await two.claim(), []);
    await one.finish([done(first[1]!)]);
    assertEquals(await two.claim(), []);
    await one.finish([done(first[0]!)]);
    assertEquals(names(await two.claim()), ["b"]);
  }],
  ["slots of a pool are never taken twice, however many ask at once", async ({ ledger }) => {
    const hands = await Promise.all(Array.from({ length: 4 }, () => worker(ledger)));
    await ledger.declarePools({ gpu: 2 });
    const steps = Array.from({ length: 12 }, (_, i) => step(`a${i}`, { pools: { gpu: 1 } }));
    await submit(ledger, steps);
    let ended = 0;
    for (let round = 0; ended < 12 && round < 40; round++) {
      const claims = await Promise.all(
        hands.map(async (hand) => ({ hand, claimed: await hand.claim(3) })),
      );
      const [pool] = await ledger.pools();
      const got = claims.reduce((n, { claimed }) => n + claimed.length, 0);
      assertEquals(pool?.holders.length, got);
      assert(got >= 1 && got <= 2, `${got} of 2 slots`);
      for (const { hand, claimed } of claims) await hand.finish(claimed.map((c) => done(c)));
      ended += got;
    }
    assertEquals(ended, 12);
  }],
  ["a step takes slots of several pools or of none", async ({ ledger }) => {
    const hand = await worker(ledger);
    await ledger.declarePools({ db: 1, gpu: 1 });
    await submit(ledger, [
      step("both", { pools: { db: 1, gpu: 1 } }),
      step("db", { pools: { db: 1 } }),
      step("gpu", { pools: { gpu: 1 } }),
    ]);
    const [both] = await hand.claim();
    assertEquals(both?.asset, "both");
    assertEquals(await hand.claim(), []);
    await hand.finish([done(both!)]);
    assertEquals(names(await hand.claim()).sort(), ["db", "gpu"]);
  }],
  ["a full pool keeps nothing waiting that does not need it", async ({ ledger }) => {
    const hand = await worker(ledger);
    await ledger.declarePools({ db: 1 });
    await submit(ledger, [
      ...Array.from({ length: 30 }, (_, i) => step(`db${i}`, { pools: { db: 1 }, priority: -1 })),
      step("free"),
    ]);
    assertEquals(names(await hand.claim(2)), ["db0", "free"]);
  }],
  ["a step of a pool that nobody declared waits", async ({ ledger }) => {
    const hand = await worker(ledger);
    await submit(ledger, [step("a", { pools: { unheard: 1 } })]);
    assertEquals(await hand.claim(), []);
    await ledger.declarePools({ unheard: 1 });
    assertEquals(names(await hand.claim()), ["a"]);
  }],
  ["setPool() holds at once, and what runs goes on", async ({ ledger }) => {
    const hand = await worker(ledger);
    await ledger.declarePools({ db: 1 });
    assertEquals(await ledger.setPool("nothing", 5, "ann"), false);
    const steps = ["a", "b", "c", "d"].map((name) => step(name, { pools: { db: 1 } }));
    await submit(ledger, steps);
    const first = await hand.claim();
    assertEquals(names(first), ["a"]);
    assertEquals(await ledger.setPool("db", 3, "ann"), true);
    const more = await hand.claim();
    assertEquals(names(more), ["b", "c"]);
    await ledger.setPool("db", 0, "ann");
    const [pool] = await ledger.pools();
    assertEquals([pool?.slots, pool?.declared, pool?.by, pool?.waiting], [0, 1, "ann", 1]);
    assertEquals(pool?.holders.map((h) => [h.asset, h.slots]), [["a", 1], ["b", 1], ["c", 1]]);
    await hand.finish([...first, ...more].map((c) => done(c)));
    assertEquals(await hand.claim(), []);
    await ledger.setPool("db", null, "ann");
    assertEquals(names(await hand.claim()), ["d"]);
  }],
  ["declarePools() follows the code until somebody sets another number", async ({ ledger }) => {
    const slots = async () => (await ledger.pools()).map((p) => [p.name, p.slots, p.declared]);
    await ledger.declarePools({ db: 2, api: 1 });
    await ledger.declarePools({ db: 4 });
    assertEquals(await slots(), [["api", 1, 1], ["db", 4, 4]]);
    await ledger.setPool("db", 1, "ann");
    await ledger.declarePools({ db: 6 });
    assertEquals(await slots(), [["api", 1, 1], ["db", 1, 6]]);
    await ledger.setPool("db", null, "ann");
    assertEquals(await slots(), [["api", 1, 1], ["db", 6, 6]]);
  }],
  ["slots come back when a try fails, and when a worker dies", async (subject) => {
    const { ledger } = subject;
    const hand = await worker(ledger);
    const other = await worker(ledger);
    await ledger.declarePools({ db: 1 });
    const run = await submit(ledger, [
      step("a", { pools: { db: 1 } }),
      step("b", { pools: { db: 1 } }),
    ]);
    const a = await hand.one();
    await hand.finish([failed(a, "x", new Date(a.startedAt.getTime() + 60))]);
    const b = await hand.one();
    assertEquals(b.asset, "b");
    await ledger.bury(hand.id, "killed");
    assertEquals(await states(ledger, run), "queued queued");
    await pass(subject, 100);
    assertEquals((await ledger.pools())[0]?.holders, []);
    assertEquals(names(await other.claim()), ["b"]);
  }],
  ["finish() hands on no step whose pool is full", async ({ ledger }) => {
    const hand = await worker(ledger);
    await ledger.declarePools({ db: 1 });
    await submit(ledger, [step("holder", { pools: { db: 1 } })]);
    await hand.one();
    await submit(ledger, [step("a"), step("after", { needs: [0], pools: { db: 1 } })]);
    const { next } = await hand.finish([done(await hand.one())], 10);
    assertEquals(next, []);
    assertEquals(await hand.claim(), []);
  }],
  ["runs of equal priority take turns", async ({ ledger }) => {
    const hand = await worker(ledger);
    await submit(ledger, Array.from({ length: 50 }, (_, i) => step(`wide${i}`)));
    assertEquals(names(await hand.claim(3)), ["wide0", "wide1", "wide2"]);
    await submit(ledger, [step("click")]);
    await submit(ledger, [step("x0"), step("x1"), step("x2")]);
    const order: string[] = [];
    for (let i = 0; i < 7; i++) order.push((await hand.one()).asset);
    assertEquals(order, ["wide3", "click", "x0", "wide4", "x1", "wide5", "x2"]);
  }],
  ["a long chain lets others have their turn", async ({ ledger }) => {
    const hand = await worker(ledger);
    const chain = Array.from(
      { length: 20 },
      (_, i) => step(`chain${i}`, { needs: i ? [i - 1] : [] }),
    );
    await submit(ledger, chain);
    let held = await hand.one();
    await submit(ledger, [step("y0"), step("y1")]);
    const order: string[] = [];
    for (let i = 0; i < 5; i++) {
      const { next } = await hand.finish([done(held)], 1);
      held = next[0] ?? await hand.one();
      order.push(held.asset);
    }
    assertEquals(order, ["y0", "chain1", "y1", "chain2", "chain3"]);
  }],
];
