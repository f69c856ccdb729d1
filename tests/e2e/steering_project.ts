/** Assets that do what a folder says, for a worker process of its own. @module */
import {
  asset,
  define,
  type Definitions,
  DoNotRetry,
  job,
  RetryRequested,
} from "../../engine/mod.ts";

/** The number in a file of the folder; 0 if there is none. */
async function numberIn(folder: string, name: string): Promise<number> {
  return Number(await Deno.readTextFile(`${folder}/${name}`).catch(() => "0"));
}

/** What exists. */
export function declared(folder: string): Definitions {
  const slow = asset({
    name: "slow",
    async materialize(_, { signal }) {
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      await Deno.writeTextFile(`${folder}/stopped`, String(signal.reason.message));
    },
  });
  const below = asset({ name: "below", deps: { slow }, materialize: () => 1 });
  const quick = asset({ name: "quick", materialize: () => 1 });
  const upload = asset({
    name: "upload",
    async materialize() {
      const found = await numberIn(folder, "upload");
      if (found === 0) throw new RetryRequested("not there yet", { delay: "50ms", counts: false });
      return found;
    },
  });
  const closed = asset({
    name: "closed",
    retry: { attempts: 5, delay: "1ms" },
    materialize: () => {
      throw new Error("Cannot ask", { cause: new DoNotRetry("the key is not valid") });
    },
  });
  const number = asset({ name: "number", materialize: () => numberIn(folder, "number") });
  const double = asset({
    name: "double",
    deps: { number },
    async materialize({ number }) {
      if (await numberIn(folder, "broken")) throw new RangeError("Cannot double: broken");
      return number * 2;
    },
  });
  const limited = job({ name: "limited", assets: [slow, quick], timeout: "1s", maxActiveRuns: 9 });
  return define({ slow, below, quick, upload, closed, number, double, limited });
}
