import { type Bench, figure, repeated, secondsOf } from "./bench.ts";
import { child } from "./child.ts";
import { crew, SLOTS } from "./crew.ts";

/** How long people wait for one asset that does nothing, as their browser sees it. */
export const bench: Bench = {
  name: "click_to_success",
  what: "POST /api/v1/runs of one asset to the event that tells of its run as a success",
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
  const status = await stream.ended(run);
  if (status !== "success") throw new Error(`Cannot measure: run ${run} ended as "${status}"`);
}

/** Somebody who listens to what happens. */
interface Stream extends AsyncDisposable {
  /** Resolves with the status of a run when it has ended. */
  ended(run: string): Promise<string>;
}

/** What is read of an event. */
interface RunEvent {
  readonly type: string;
  readonly run: { readonly id: string; readonly status: string; readonly endedAt: string | null };
}

const LIMIT_MS = 10_000;

async function listen(origin: string): Promise<Stream> {
  const { body } = await fetch(`${origin}/events`);
  const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
  const ends = new Map<string, PromiseWithResolvers<string>>();
  const endOf = (run: string) => {
    const end = ends.get(run) ?? Promise.withResolvers<string>();
    ends.set(run, end);
    return end;
  };
  const reading = (async () => {
    let text = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const lines = (text + value).split("\n");
      text = lines.pop() ?? "";
      for (const line of lines.filter((l) => l.startsWith('data: {"type":"run"'))) {
        const { run } = JSON.parse(line.slice("data: ".length)) as RunEvent;
        if (run.endedAt !== null) endOf(run.id).resolve(run.status);
      }
    }
  })();
  return {
    async ended(run) {
      const late = Promise.withResolvers<never>();
      const error = new Error(`Cannot measure: no event told of the end of run ${run}`);
      const timer = setTimeout(() => late.reject(error), LIMIT_MS);
      try {
        return await Promise.race([endOf(run).promise, late.promise]);
      } finally {
        clearTimeout(timer);
      }
    },
    async [Symbol.asyncDispose]() {
      await reader.cancel();
      await reading;
    },
  };
}
