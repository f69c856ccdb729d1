/** What OpenLineage hears of a real ledger. @module */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { asset, define, DefinitionError, job, partitions } from "engine";
import { type LineageEvent, runIdOf } from "../../../adapters/lineage/event.ts";
import { EventRefused, lineageHttp, type LineageSender } from "../../../adapters/lineage/http.ts";
import { LINEAGE_CURSOR, transitionFeed } from "../../../adapters/postgres/transition_feed.ts";
import { connect } from "../../../adapters/postgres/connect.ts";
import { done, failed, step, submit, worker } from "../../../engine/ledger/contract/subject.ts";
import { keepLineage, lineageSender } from "../../../lineage.ts";
import { testLedger } from "../../services/ledger.ts";
import { facetsIn, official } from "./official.ts";

const orders = asset({ name: "orders", description: "All orders", materialize: () => null });
const totals = asset({
  name: "totals",
  description: "Sums of a day",
  owners: ["ml-team"],
  deps: { orders },
  partitions: partitions.daily({ start: "2025-01-01" }),
  io: { columns: { total: "EUR" }, from: { total: ["orders.amount", "orders.tax"] } },
  materialize: () => null,
});
const definitions = define({ orders, totals, daily: job({ name: "daily", assets: [totals] }) });
const context = { definitions, namespace: "shop", version: "1.2.3" };

const STEPS = [
  step("orders"),
  step("totals", { partition: "2025-01-27", needs: [0] }),
] as const;

/** A receiver that fails as often as it is told to. */
function receiver(answers: readonly ("fails" | "refuses")[] = []) {
  const events: LineageEvent[] = [];
  const left = [...answers];
  const sender: LineageSender = {
    name: "a test",
    send(event) {
      const answer = left.shift();
      if (answer === "fails") return Promise.reject(new Error("away"));
      if (answer === "refuses") return Promise.reject(new EventRefused("no"));
      events.push(event);
      return Promise.resolve();
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  return { events, sender };
}

/** A ledger of which lineage is told from the beginning on. */
async function ledgerOf() {
  const t = await testLedger();
  const sql = connect(t.url, { name: "lineage", max: 2 });
  const feed = transitionFeed(sql);
  assertEquals(await feed.tell(1, () => Promise.reject(new Error("nothing to tell"))), 0);
  return {
    ledger: t.ledger,
    sql,
    feed,
    async [Symbol.asyncDispose]() {
      await sql.end({ timeout: 2 });
      await t[Symbol.asyncDispose]();
    },
  };
}

type Place = Awaited<ReturnType<typeof ledgerOf>>;

/** Tells until so many events have come. */
async function told(place: Place, to: ReturnType<typeof receiver>, count: number) {
  const stop = new AbortController();
  const troubles: unknown[] = [];
  const options = {
    feed: place.feed,
    sender: to.sender,
    context,
    signal: stop.signal,
    onTrouble: (error: unknown) => void troubles.push(error),
    pollMs: 5,
    firstWaitMs: 5,
  };
  const both = [keepLineage(options), keepLineage(options)];
  for (let i = 0; i < 2_000 && to.events.length < count; i++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await new Promise((resolve) => setTimeout(resolve, 30));
  stop.abort();
  await Promise.all(both);
  return troubles;
}

/** A run that succeeds. */
async function succeed({ ledger }: Place): Promise<string> {
  const run = await submit(ledger, STEPS, { job: "daily" });
  const hand = await worker(ledger);
  const first = await hand.one();
  await hand.finish([done(first, { metadata: { rows: 12 } })]);
  const input = {
    input: "orders",
    asset: "orders",
    partition: "",
    version: String(first.version),
    dataVersion: "d",
  };
  await hand.finish([done(await hand.one(), { inputs: [input], metadata: { rows: 3 } })]);
  return run;
}

const said = (events: readonly LineageEvent[]) => events.map((e) => `${e.job.name} ${e.eventType}`);

Deno.test("lineage tells start and end of runs and steps, valid by the official schemas", async () => {
  await using place = await ledgerOf();
  const to = receiver();
  await succeed(place);
  await told(place, to, 6);
  assertEquals(said(to.events), [
    "daily START",
    "orders START",
    "orders COMPLETE",
    "totals START",
    "totals COMPLETE",
    "daily COMPLETE",
  ]);
  const complaints = await official();
  assertEquals(to.events.flatMap(complaints), []);
  const kinds = new Set(to.events.flatMap(facetsIn).map((f) => f._schemaURL.split("/").at(-1)));
  assertEquals(kinds.size, 11, [...kinds].join());
});

Deno.test("the official schemas complain of what is wrong, in facets too", async () => {
  await using place = await ledgerOf();
  const to = receiver();
  await succeed(place);
  await told(place, to, 6);
  const complaints = await official();
  const spoilt = JSON.stringify(to.events[4]).replace('"field":"tax"', '"felt":"tax"')
    .replace('"nominalStartTime":"2025', '"nominalStartTime":"soon 2025');
  assertEquals(complaints(JSON.parse(spoilt)).length, 2);
  assert(complaints({ ...to.events[0], eventType: "BEGUN" }).length > 0);
});

Deno.test("lineage tells columns, versions, rows, parent and the time of a slice", async () => {
  await using place = await ledgerOf();
  const to = receiver();
  await succeed(place);
  await told(place, to, 6);
  const { run, inputs, outputs } = to.events[4]!;
  const [output] = outputs;
  const { columnLineage, schema, version } = output!.facets;
  assertEquals(columnLineage!["fields"], {
    total: {
      inputFields: [
        { namespace: "shop", name: "orders", field: "amount" },
        { namespace: "shop", name: "orders", field: "tax" },
      ],
    },
  });
  assertEquals(schema!["fields"], [{ name: "total", description: "EUR" }]);
  assertEquals(output!.outputFacets!["outputStatistics"]!["rowCount"], 3);
  assert(typeof version!["datasetVersion"] === "string");
  assertEquals(inputs.map((i) => i.name), ["orders"]);
  const read = inputs[0]!.facets["version"]!["datasetVersion"];
  assertEquals(read, to.events[2]!.outputs[0]!.facets["version"]!["datasetVersion"]);
  assertEquals(run.facets["nominalTime"]!["nominalStartTime"], "2025-01-27T00:00:00.000Z");
  assertEquals((run.facets["parent"]!["run"] as { runId: string }).runId, to.events[0]!.run.runId);
});

Deno.test("lineage tells failures with their message, and nothing of what never began", async () => {
  await using place = await ledgerOf();
  const to = receiver();
  await submit(place.ledger, STEPS, { job: "daily" });
  const hand = await worker(place.ledger);
  await hand.finish([failed(await hand.one(), "no orders today")]);
  await told(place, to, 4);
  assertEquals(said(to.events), ["daily START", "orders START", "orders FAIL", "daily FAIL"]);
  assertEquals(to.events[2]!.run.facets["errorMessage"]!["message"], "no orders today");
  assertEquals(to.events.flatMap(await official()), []);
});

Deno.test("lineage loses and repeats nothing when the receiver is away for a while", async () => {
  await using place = await ledgerOf();
  const to = receiver(["fails", "fails"]);
  await succeed(place);
  assertEquals((await told(place, to, 6)).length, 2);
  await succeed(place);
  await told(place, to, 12);
  assertEquals(to.events.length, 12);
  assertEquals(new Set(to.events.map((e) => e.run.runId)).size, 6);
});

Deno.test("lineage passes what the receiver refuses, and tells of it", async () => {
  await using place = await ledgerOf();
  const to = receiver(["refuses"]);
  await succeed(place);
  const [trouble] = await told(place, to, 5);
  assert(trouble instanceof EventRefused);
  assertEquals(said(to.events)[0], "orders START");
});

Deno.test("transitionFeed() remembers what was told although a later one fails", async () => {
  await using place = await ledgerOf();
  await succeed(place);
  const seen: string[] = [];
  await assertRejects(
    () =>
      place.feed.tell(10, (t) => {
        if (seen.length === 2) return Promise.reject(new Error("broken"));
        seen.push(t.seq);
        return Promise.resolve();
      }),
    Error,
    "broken",
  );
  const [cursor] = await place.sql`
    select value #>> '{}' as value from engine.cursor where name = ${LINEAGE_CURSOR}`;
  assertEquals(cursor!["value"], seen[1]);
  assertEquals(await place.feed.tell(10, () => Promise.resolve()), 4);
});

Deno.test("runIdOf() differs by ledger, run and step", () => {
  const of = (ledger: string, run: string, index: number | null) =>
    runIdOf({
      seq: "",
      at: new Date(0),
      ledger,
      run,
      job: null,
      title: "",
      state: "running",
      error: null,
      step: index === null ? null : { index, asset: "a", partition: "", made: null },
    });
  const ids = [
    of("a", "1", null),
    of("a", "1", 0),
    of("a", "1", 1),
    of("a", "2", 0),
    of("b", "1", 0),
  ];
  assertEquals(new Set(ids).size, 5);
  assert(
    ids.every((id) =>
      /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id)
    ),
  );
});

Deno.test("lineageHttp() posts to the standard path, with its token, and tells answers apart", async () => {
  const seen: string[] = [];
  let status = 201;
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (r) => {
    seen.push(`${new URL(r.url).pathname} ${r.headers.get("authorization")} ${await r.text()}`);
    return new Response("said", { status });
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  const sender = lineageHttp({ url, apiKey: "key", limitMs: 2_000 });
  const event = { eventType: "START" } as LineageEvent;
  await sender.send(event);
  assertEquals(seen, ['/api/v1/lineage Bearer key {"eventType":"START"}']);
  status = 422;
  await assertRejects(() => sender.send(event), EventRefused, "422 said");
  status = 503;
  const error = await assertRejects(() => sender.send(event), Error, "503");
  assert(!(error instanceof EventRefused));
  await server.shutdown();
  await assertRejects(() => sender.send(event), TypeError);
  assertThrows(() => lineageHttp({ url: "ftp://x" }), TypeError, "OPENLINEAGE_URL");
});

Deno.test("lineageSender() refuses settings that contradict each other", async () => {
  const of = (env: Record<string, string>) => lineageSender((name) => env[name] ?? "", undefined);
  await assertRejects(
    () => of({ OPENLINEAGE_URL: "http://x", OPENLINEAGE_KAFKA_TOPIC: "t" }),
    RangeError,
  );
  await assertRejects(() => of({ OPENLINEAGE_KAFKA_TOPIC: "t" }), RangeError, "KAFKA_BROKERS");
});

Deno.test("define() refuses columns that come from what is not declared", () => {
  for (const origin of ["nobody.amount", "orders", "orders."]) {
    const wrong = asset({
      name: "wrong",
      deps: { orders },
      io: { from: { total: [origin] } },
      materialize: () => null,
    });
    assertThrows(() => define({ orders, wrong }), DefinitionError, `"${origin}"`);
  }
});
