/** What runs under chaos: cheap steps with pools, retries, a schedule; each version tells one event. @module */
import {
  asset,
  define,
  type Definitions,
  job,
  partitions,
  pause,
  pool,
  request,
  sensor,
  when,
} from "engine";

const places = partitions.of("p0", "p1", "p2", "p3", "p4", "p5");

interface Given {
  readonly version: bigint;
  readonly signal: AbortSignal;
  emit(event: { topic: string; key: string; payload: { version: string } }): void;
}

/** Takes some milliseconds and tells its version. */
async function make(key: string, { version, signal, emit }: Given): Promise<string> {
  await pause(Number(version % 7n) * 5, signal);
  emit({ topic: "chaos", key, payload: { version: String(version) } });
  return `${key} ${version}`;
}

const a = asset({
  name: "a",
  partitions: places,
  retry: { attempts: 3, delay: "100ms" },
  materialize(_, context) {
    if (context.version % 13n === 0n) throw new RangeError("Cannot compute: it is unlucky");
    return make(`a ${context.partition}`, context);
  },
});
const b = asset({
  name: "b",
  partitions: places,
  deps: { a },
  materialize: (_, context) => make(`b ${context.partition}`, context),
});
const c = asset({
  name: "c",
  partitions: places,
  deps: { a },
  pools: { gpu: 1 },
  materialize: (_, context) => make(`c ${context.partition}`, context),
});
const d = asset({
  name: "d",
  partitions: places,
  deps: { b, c },
  pools: { gpu: 2 },
  materialize: (_, context) => make(`d ${context.partition}`, context),
});
/** Runs until a file is gone: what is under way when its worker is stopped or cut off. */
const slow = asset({
  name: "slow",
  async materialize(_, context) {
    const hold = Deno.env.get("CHAOS_HOLD") ?? "";
    while (!context.signal.aborted && await Deno.stat(hold).then(() => true, () => false)) {
      await pause(50, context.signal);
    }
    context.signal.throwIfAborted();
    return await make("slow", context);
  },
});
const beat = asset({ name: "beat", materialize: (_, context) => make("beat", context) });
/** Follows `beat` by its condition. */
const after = asset({
  name: "after",
  deps: { beat },
  when: when.eager,
  materialize: (_, context) => make("after", context),
});
/** Always fails: an episode for the alerts. */
const broken = asset({
  name: "broken",
  materialize(): number {
    throw new RangeError("Cannot compute: it is broken");
  },
});
const counted = asset({ name: "counted", materialize: (_, context) => make("counted", context) });
/** Asks once for each number. The key is empty of purpose: only the cursor keeps it from asking twice. */
const counting = sensor({
  name: "counting",
  every: "1s",
  cursor: 0,
  async *evaluate({ cursor }) {
    await Promise.resolve();
    yield request(counted, { reason: `number ${cursor + 1}` });
    return cursor + 1;
  },
});
const often = job({
  name: "often",
  cron: "*/2 * * * * *",
  assets: [beat],
  catchUp: "all",
  maxActiveRuns: 2,
});

const gpu = pool({ name: "gpu", slots: 2 });

/** Everything, checked. */
export const project: Definitions = define({
  gpu,
  a,
  b,
  c,
  d,
  slow,
  beat,
  after,
  broken,
  counted,
  counting,
  often,
});
