/** What a scrape tells of a real ledger. @module */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { done, failed, step, submit, worker } from "../../../engine/ledger/contract/subject.ts";
import type { Ledger } from "engine";
import { promtoolSays } from "../../services/promtool.ts";
import { measured, standing, valueOf } from "./measured.ts";

/** Lets one step of a run of the job end. */
async function once(
  ledger: Ledger,
  o: { readonly metadata?: Record<string, number | boolean>; readonly fails?: boolean } = {},
) {
  await submit(ledger, [step("fruit")], { job: "daily" });
  const hand = await worker(ledger);
  const claimed = await hand.one();
  await hand.finish([o.fails ? failed(claimed) : done(claimed, { metadata: o.metadata ?? {} })]);
  await ledger.leave(hand.id);
}

Deno.test("metrics count runs and steps by job, asset and state", async () => {
  await using m = await measured();
  await once(m.ledger);
  await once(m.ledger);
  await once(m.ledger, { fails: true });
  const text = await m.reader().read(standing);
  const of = (series: string) => valueOf(text, series);
  assertEquals(of('aurora_runs_total{job_name="daily",state="success"}'), 2);
  assertEquals(of('aurora_runs_total{job_name="daily",state="failed"}'), 1);
  assertEquals(of('aurora_runs_total{job_name="daily",state="cancelled"}'), 0);
  assertEquals(of('aurora_steps_total{asset="fruit",state="success"}'), 2);
  assertEquals(of('aurora_steps_total{asset="fruit",state="failed"}'), 1);
  assertEquals(of('aurora_run_duration_seconds_count{job_name="daily"}'), 3);
  assertEquals(of('aurora_run_duration_seconds_bucket{job_name="daily",le="+Inf"}'), 3);
  assertEquals(of('aurora_run_duration_seconds_bucket{job_name="daily",le="43200"}'), 3);
  assertEquals(of('aurora_step_duration_seconds_count{asset="fruit"}'), 2);
  assertEquals(of('aurora_assets{status="fresh"}'), 1);
  assertEquals(of('aurora_asset_age_seconds{asset="fruit"}'), 5);
});

Deno.test("metrics are the same on two servers, and each fact is counted once", async () => {
  await using m = await measured();
  await once(m.ledger, { metadata: { rows: 3 } });
  const [one, two] = [m.reader(), m.reader()];
  const counters = (text: string) =>
    text.split("\n").filter((l) => /_(total|count|bucket)/.test(l));
  const [a, b] = await Promise.all([one.read(standing), two.read(standing)]);
  assertEquals(counters(a), counters(b));
  assertEquals(valueOf(a, 'aurora_runs_total{job_name="daily",state="success"}'), 1);
  await once(m.ledger, { metadata: { rows: 4 } });
  await Promise.all([one.count(), two.count(), one.count()]);
  for (const server of [one, two]) {
    const text = await server.read(standing);
    assertEquals(valueOf(text, 'aurora_runs_total{job_name="daily",state="success"}'), 2);
    assertEquals(valueOf(text, 'fruit_rows_total{kind="all"}'), 7);
  }
});

Deno.test("metrics keep their counts when facts and runs are removed", async () => {
  await using m = await measured();
  await once(m.ledger);
  await m.reader().count();
  await m.sql`delete from engine.fact`;
  await m.sql`delete from engine.run`;
  const text = await m.reader().read(standing);
  assertEquals(valueOf(text, 'aurora_runs_total{job_name="daily",state="success"}'), 1);
  assertEquals(valueOf(text, 'aurora_run_duration_seconds_count{job_name="daily"}'), 1);
});

Deno.test("metrics tell what the newest slice reported", async () => {
  await using m = await measured();
  await once(m.ledger, { metadata: { score: 0.5, ripe: false } });
  await once(m.ledger, { metadata: { score: 0.75, ripe: true } });
  const text = await m.reader().read(standing);
  assertEquals(valueOf(text, 'fruit_score{kind="all"}'), 0.75);
  assertEquals(valueOf(text, 'fruit_score{kind="ripe"}'), 1);
});

Deno.test("metrics tell what waits: queues, pools, runs, events, alerts", async () => {
  await using m = await measured();
  await m.ledger.declarePools({ warehouse: 3 });
  await submit(m.ledger, [step("fruit", { pools: { warehouse: 2 } }), step("nut")], {
    job: "daily",
  });
  await m.sql`
    insert into engine.outbox (topic, key, event_id, schema_version, run, payload, created_at)
    values ('news', 'k', gen_random_uuid(), 1, '1', '{}', clock_timestamp() - interval '90 s')`;
  await m.sql`
    insert into engine.outbox
      (topic, key, event_id, schema_version, run, payload, created_at, refused_at, refused_reason)
    values ('news', 'k', gen_random_uuid(), 1, '1', '{}', clock_timestamp() - interval '1 day', now(), 'r')`;
  await m.ledger.open({
    episode: "late:fruit",
    kind: "late",
    severity: "critical",
    asset: "fruit",
    run: null,
    title: "late",
    message: "late",
  });
  const hand = await worker(m.ledger);
  await hand.claim(1);
  const lagOf = (text: string) => valueOf(text, "aurora_outbox_lag_seconds");
  assertEquals(lagOf(await m.reader().read(standing)), 0, "nothing is late that nobody sends");
  const text = await m.reader({ KAFKA_BROKERS: "broker:9092" }).read(standing);
  const of = (series: string) => valueOf(text, series);
  assertEquals(of('aurora_queue_steps{queue="default",state="queued"}'), 1);
  assertEquals(of('aurora_queue_steps{queue="default",state="running"}'), 1);
  assertEquals(of('aurora_runs_active{job_name="daily",state="running"}'), 1);
  assertEquals(of('aurora_pool_slots{pool="warehouse"}'), 3);
  assertEquals(of('aurora_outbox_unsent_events{topic="news"}'), 1);
  assertEquals(of('aurora_outbox_refused_events{topic="news"}'), 1);
  const lag = lagOf(text)!;
  assert(lag >= 90 && lag < 600, `lag is ${lag}`);
  assertEquals(of('aurora_alerts_open{kind="late",severity="critical"}'), 1);
  assertEquals([of("aurora_workers"), of("aurora_worker_slots_taken")], [1, 1]);
  assert(of("aurora_database_connections_limit")! > 0);
  assert(of('aurora_database_connections{state="active"}')! > 0);
  const taken = of('aurora_pool_slots_taken{pool="warehouse"}')!;
  const waiting = of('aurora_pool_steps_waiting{pool="warehouse"}')!;
  assertEquals(taken / 2 + waiting, 1);
});

Deno.test("metrics have at most so many values of a label, the rest is one", async () => {
  await using m = await measured();
  for (const name of ["a", "b", "c"]) await submit(m.ledger, [step(name)]);
  const hand = await worker(m.ledger);
  await hand.finish((await hand.claim()).map((c) => done(c)));
  const measures = ["a", "b", "c"].map((asset) => ({ ...standing[0]!, asset }));
  const text = await m.reader({ AURORA_METRICS_LABELS: "1" }).read(measures);
  assertEquals(valueOf(text, 'aurora_steps_total{asset="a",state="success"}'), 1);
  assertEquals(valueOf(text, 'aurora_steps_total{asset="other",state="success"}'), 2);
  assertEquals(valueOf(text, 'aurora_asset_age_seconds{asset="b"}'), undefined);
  assertEquals(valueOf(text, 'aurora_runs_total{job_name="none",state="success"}'), 3);
  assertThrows(() => m.reader({ AURORA_METRICS_LABELS: "many" }), RangeError, "many");
});

Deno.test("promtool has no complaint about the metrics", async () => {
  await using m = await measured();
  await m.ledger.declarePools({ 'odd "name"\\ of\na pool': 3 });
  await once(m.ledger, { metadata: { rows: 1, score: 1, ripe: true } });
  await submit(m.ledger, [step("fruit")]);
  assertEquals(await promtoolSays(["check", "metrics"], await m.reader().read(standing)), "");
});

Deno.test("promtool complains of what is no metric", async () => {
  assert((await promtoolSays(["check", "metrics"], "# TYPE a_total gauge\na_total 1\n")) !== "");
});
