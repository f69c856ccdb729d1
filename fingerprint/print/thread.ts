/**
 * A thread that reads files: each message is a path and a text, each answer their summary or what was wrong.
 *
 * @module
 */
import { summarise } from "./summarise.ts";

/** What the thread answers. */
export type Answer = { readonly summary: ReturnType<typeof summarise> } | {
  readonly error: string;
};

interface Thread {
  addEventListener(type: "message", hear: (event: MessageEvent<[string, string]>) => void): void;
  postMessage(answer: Answer): void;
}

const here = globalThis as unknown as Thread;
here.addEventListener("message", ({ data: [path, text] }) => {
  try {
    here.postMessage({ summary: summarise(path, text) });
  } catch (error) {
    here.postMessage({ error: error instanceof Error ? error.message : String(error) });
  }
});
