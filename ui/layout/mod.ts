import { fromDot, type Graph, type Layout, project, toDot } from "./graph.ts";

export type { Box, Graph, Layout } from "./graph.ts";

/** Lays graphs out in a worker of its own; starts it when first asked. */
export interface LayoutEngine extends Disposable {
  /** `hash` names the graph: the same hash and the same collapsed groups give the kept layout. */
  layout(graph: Graph, hash: string, collapsed: ReadonlySet<string>): Promise<Layout>;
}

/** Layouts to keep: collapsing five groups in every way gives 32. */
const kept = 64;

/** A layout engine: graphviz in a worker, answers kept. */
export function createLayoutEngine(): LayoutEngine {
  const cache = new Map<string, Promise<Layout>>();
  const pending = new Map<number, PromiseWithResolvers<string>>();
  let worker: Worker | undefined;
  let last = 0;

  function start(): Worker {
    const started = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    started.onmessage = (event: MessageEvent<{ id: number; json?: string; error?: string }>) => {
      const { id, json, error } = event.data;
      if (json !== undefined) pending.get(id)?.resolve(json);
      else pending.get(id)?.reject(new Error(`Cannot lay out the graph: ${error}`));
      pending.delete(id);
    };
    started.onerror = (event) => {
      event.preventDefault();
      for (const { reject } of pending.values()) {
        reject(new Error(`Cannot lay out the graph: ${event.message}`));
      }
      pending.clear();
      worker = undefined;
    };
    return started;
  }

  async function compute(graph: Graph): Promise<Layout> {
    worker ??= start();
    const id = ++last;
    const answer = Promise.withResolvers<string>();
    pending.set(id, answer);
    worker.postMessage({ id, dot: toDot(graph) });
    return fromDot(await answer.promise);
  }

  return {
    layout(graph, hash, collapsed) {
      const key = JSON.stringify([hash, ...[...collapsed].sort()]);
      const known = cache.get(key);
      if (known !== undefined) return known;
      const fresh = compute(project(graph, collapsed));
      cache.set(key, fresh);
      fresh.catch(() => cache.delete(key));
      const oldest = cache.keys().next().value;
      if (cache.size > kept && oldest !== undefined) cache.delete(oldest);
      return fresh;
    },
    [Symbol.dispose]() {
      worker?.terminate();
    },
  };
}
