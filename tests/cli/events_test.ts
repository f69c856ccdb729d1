import { assertEquals, assertStringIncludes } from "@std/assert";
import { asset, define, type Ledger } from "engine";
import { appOn, call } from "./fake.ts";

const TOPIC = "aurora.features.updated";

/** The program after an asset has told of two users, where the broker refused the first event. */
async function told() {
  const features = asset({
    name: "features",
    materialize: (_, context) => {
      context.emit({ topic: TOPIC, key: "u1", payload: {} });
      context.emit({ topic: TOPIC, key: "u2", payload: {} });
      return 1;
    },
  });
  const asked: (readonly string[] | undefined)[] = [];
  const app = appOn(define({ features }), (ledger): Ledger => ({
    ...ledger,
    async events(query) {
      const all = (await ledger.events(query.refused ? { limit: 99 } : query)).map((e) =>
        e.key === "u1" ? { ...e, refusedAt: new Date(0), refusedReason: "MESSAGE_TOO_LARGE" } : e
      );
      return query.refused ? all.filter((e) => e.refusedAt !== null) : all;
    },
    topics: async () => (await ledger.topics()).map((t) => ({ ...t, unsent: 1, refused: 1 })),
    sendAgain: (ids) => Promise.resolve(asked.push(ids)),
  }));
  assertEquals((await call(app, "materialize features --wait")).code, 0);
  return { app, asked };
}

Deno.test("events lists what is told, and says what was refused and what to do", async () => {
  const { app } = await told();
  const { out, err } = await call(app, "events");
  const rows = out.split("\n").slice(1);
  assertEquals(rows.length, 2);
  assertStringIncludes(rows[0]!, "waits");
  assertStringIncludes(rows[1]!, "refused: MESSAGE_TOO_LARGE");
  assertStringIncludes(err, '1 refused by the broker: they stay until "events-send-again"');
  const refused = await call(app, "events --refused --json");
  assertEquals(JSON.parse(refused.out).events.map((e: { key: string }) => e.key), ["u1"]);
});

Deno.test("events-send-again asks for those that are named, or for all", async () => {
  const { app, asked } = await told();
  const { code, out } = await call(app, "events-send-again 1 7");
  assertEquals([code, out], [0, "1 refused events wait to be sent again"]);
  await call(app, "events-send-again --all");
  assertEquals(asked, [["1", "7"], undefined]);
});

Deno.test("events-send-again wants either events or --all", async () => {
  const { app, asked } = await told();
  for (const words of ["events-send-again", "events-send-again 1 --all", "events-send-again x"]) {
    const { code, err } = await call(app, words);
    assertEquals(code, 2, words);
    assertStringIncludes(err, "Cannot send");
  }
  assertEquals(asked, []);
});
