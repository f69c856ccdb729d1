import { judge, nextTick, submissionOf, type Target } from "engine";
import { memoryLedger } from "engine/testing";
import { explain } from "../engine/run/why.ts";
import { type Bench, figure, repeated, secondsOf } from "./bench.ts";
import { layered } from "./layered.ts";

const ASSETS = 1_000;
const now = new Date("2025-01-28T06:00:00Z");

/** What an explanation costs, all that it reads of the ledger included. */
export const bench: Bench = {
  name: "why",
  what: "why the last of 1,000 assets waits, 20 layers below what keeps it waiting",
  async measure() {
    const definitions = layered({ assets: ASSETS, layer: 50, fanIn: 3 });
    const ledger = memoryLedger({ now: () => now });
    const targets = definitions.assets.map((asset): Target => ({
      asset,
      key: undefined,
      partition: "",
      reason: "asked for",
    }));
    const asking = { trigger: "api", by: null, reason: "asked for" } as const;
    await ledger.submit(submissionOf(definitions, targets, asking, now));
    const last = definitions.assets.at(-1)!;
    const ask = async () => {
      const judgement = judge({ definitions, slices: await ledger.slices(), now });
      return await explain({ definitions, ledger, judgement, next: nextTick }, last, "");
    };
    const { chain } = await ask();
    const ms = (await repeated(15, () => secondsOf(ask))).map((s) => s * 1_000);
    const params = { assets: ASSETS, links: chain.length };
    return [figure({ name: "why", unit: "ms", params }, ms)];
  },
};
