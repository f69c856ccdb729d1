import { type Bench, figure, repeated, secondsOf } from "./bench.ts";
import { child } from "./child.ts";
import { crew, SLOTS } from "./crew.ts";

/** How long people wait for one asset that does nothing, as their browser sees it. */
export const bench: Bench = {
  name: "click_to_success",
  what: "POST /api/v1/runs of one asset to its run read as a success, told by the event stream",
  async measure() {
    await using workers = await crew(1);
    await using server = child("bench/server.ts", [], { DATABASE_URL: workers.url });
    const { port } = JSON.parse(await server.said((line) => line.startsWith('{"port"')));
    const origin = `http://127.0.0.1:${port}`;
    await using stream = await listen(origin);
    const click = () => secondsOf(() => toSuccess(origin, stream));
    await repeated(5, click);
    const seconds = await repeated(25, async () => {
      await new Promise((resolve) => setTimeout(resolve, 150));
      return await click();
    });
    return [figure({ name: "click_to_success", unit: "s", params: { slots: SLOTS } }, seconds)];
  },
};

async function toSuccess(origin: string, stream: Stream): Promise<void> {
  const response = await fetch(`${origin}/api/v1/runs`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ assets: ["noop"], triggeredBy: "ui" }),
  });
  const text = await response.text();
  if (response.status !== 202) throw new Error(`Cannot measure: ${response.status} ${text}`);
  const { run } = JSON.parse(text) as { run: string };
  for (;;) {
    const heard = stream.next();
    const answer = await fetch(`${origin}/api/v1/runs/${run}`);
    const { run: { status } } = await answer.json() as { run: { status: string } };
    if (status === "success") return;
    if (status !== "queued" && status !== "running") {
      throw new Error(`Cannot measure: run ${run} ended as "${status}"`);
    }
    await heard;
  }
}

/** Somebody who listens to what happens. */
interface Stream extends AsyncDisposable {
  /** Resolves with whatever comes next. */
  next(): Promise<void>;
}

async function listen(origin: string): Promise<Stream> {
  const stop = new AbortController();
  const { body } = await fetch(`${origin}/events`, { signal: stop.signal });
  let waiting: (() => void)[] = [];
  const reading = (async () => {
    for await (const _ of body!) {
      const now = waiting;
      waiting = [];
      now.forEach((wake) => wake());
    }
  })().catch(() => {}); // It ends by being aborted.
  return {
    next: () => new Promise((resolve) => waiting.push(resolve)),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await reading;
    },
  };
}
