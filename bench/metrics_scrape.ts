import { connect } from "../adapters/postgres/connect.ts";
import { openLedger } from "../adapters/postgres/ledger/ledger.ts";
import { createApi } from "../api/mod.ts";
import { createService, nextTicks, submissionOf, type Target } from "engine";
import { done, worker } from "../engine/ledger/contract/subject.ts";
import { metricsOf } from "../metrics.ts";
import { type Bench, figure, repeated, secondsOf } from "./bench.ts";
import { layered } from "./layered.ts";
import { place } from "./place.ts";

const ASSETS = 1_000;

/** What one scrape costs, from the request to the last byte, a new run since the one before included. */
export const bench: Bench = {
  name: "metrics_scrape",
  what: "GET /metrics with 1,000 assets that were all built, and one more run each time",
  async measure() {
    await using db = await place();
    await using ledger = await openLedger(db.url);
    const sql = connect(db.url, { name: "aurora server", max: 4 });
    const definitions = layered({ assets: ASSETS, layer: 50, fanIn: 3 });
    const targets = definitions.assets.map((asset): Target => ({
      asset,
      key: undefined,
      partition: "",
      reason: "asked for",
    }));
    const hand = await worker(ledger);
    const asking = { trigger: "api", by: null, reason: "asked for" } as const;
    const run = async (of: readonly Target[]) => {
      await ledger.submit(submissionOf(definitions, of, asking, new Date()));
      let claimed = await hand.claim();
      while (claimed.length > 0) {
        const { next } = await hand.finish(claimed.map((c) => done(c)), 100);
        claimed = next.length > 0 ? next : await hand.claim();
      }
    };
    await run(targets);
    const started = new Date();
    const env = () => "";
    const service = createService({
      definitions,
      ledger,
      clock: { now: () => new Date() },
      about: {
        version: "bench",
        startedAt: started.toISOString(),
        adapters: { postgres: "embedded", online: "postgres", events: "outbox", objects: "file" },
      },
      health: () => Promise.resolve({ ok: true, dependencies: [] }),
      nextTicks,
      metrics: metricsOf({ sql, definitions, env, version: "bench", startedAt: started }),
    });
    const api = createApi(service);
    let bytes = 0;
    const scrape = async () => {
      bytes = (await (await api.request("/metrics")).text()).length;
    };
    await scrape();
    const idle = await repeated(15, () => secondsOf(scrape));
    const busy = await repeated(15, async () => {
      await run(targets.slice(-1));
      return await secondsOf(scrape);
    });
    await ledger.leave(hand.id);
    await sql.end({ timeout: 2 });
    const params = { assets: ASSETS, bytes };
    const ms = (seconds: readonly number[]) => seconds.map((s) => s * 1_000);
    return [
      figure({ name: "metrics_scrape", unit: "ms", params }, ms(idle)),
      figure({ name: "metrics_scrape_after_run", unit: "ms", params }, ms(busy)),
    ];
  },
};
