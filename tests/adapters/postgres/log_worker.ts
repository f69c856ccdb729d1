// deno-lint-ignore-file no-console -- what code prints is what is tested
/** A worker of its own process, whose one asset talks: `log_worker.ts URL LINES`. @module */
import { asset, define, lender, work } from "engine";
import { openLedger } from "../../../adapters/postgres/ledger/ledger.ts";

const [url, lines] = Deno.args as [string, string];
const talks = asset({
  name: "talks",
  async materialize(_, context) {
    for (let n = 0; n < Number(lines); n++) {
      console.log(`line ${n}`);
      if (n % 10 === 0) context.log("tenth", { n });
      await new Promise((r) => setTimeout(r, 2));
    }
  },
});
await using ledger = await openLedger(url);
await work({
  definitions: define({ talks }),
  ledger,
  lender: lender(() => ""),
  hello: { host: "child", pid: Deno.pid, queues: ["default"], slots: 1 },
  signal: new AbortController().signal,
  onJoined: (worker) => console.log(worker),
});
