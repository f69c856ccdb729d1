// Runs graphviz off the thread that answers requests.
import { Graphviz } from "@hpcc-js/wasm-graphviz";

interface Port {
  onmessage: ((event: MessageEvent<{ id: number; dot: string }>) => void) | null;
  postMessage(message: { id: number; json?: string; error?: string }): void;
}

const port = self as unknown as Port;
const graphviz = Graphviz.load();

port.onmessage = async ({ data: { id, dot } }) => {
  try {
    port.postMessage({ id, json: (await graphviz).layout(dot, "json", "dot") });
  } catch (error) {
    port.postMessage({ id, error: String(error) });
  }
};
