/**
 * Who reads files that are new.
 *
 * @module
 */
import type { Answer } from "./print/thread.ts";
import type { Summary } from "./summary.ts";

/** Reads files, one after the other; loaded when the first one is new, which costs a tenth of a second. */
export interface Parser extends Disposable {
  /** The summary of a file. */
  summarise(path: string, text: string): Promise<Summary>;
}

/** Reads in this thread. The parser stays loaded: 50 MB for the life of the process. */
export function parserHere(): Parser {
  return {
    async summarise(path, text) {
      const { summarise } = await import("./print/summarise.ts");
      return summarise(path, text);
    },
    [Symbol.dispose]: () => {},
  };
}

/** Reads in a thread of its own, and gives back what it took at the end. */
export function parserApart(): Parser {
  let thread: Worker | undefined;
  const ended = Promise.withResolvers<never>();
  ended.promise.catch(() => {});
  const begin = () => {
    const made = new Worker(new URL("./print/thread.ts", import.meta.url), { type: "module" });
    made.addEventListener("error", (event) => {
      event.preventDefault();
      ended.reject(new Error(`Cannot read code: its thread ended, ${event.message}`));
    });
    return made;
  };
  return {
    async summarise(path, text) {
      thread ??= begin();
      const answer = Promise.withResolvers<Answer>();
      thread.onmessage = ({ data }) => answer.resolve(data as Answer);
      thread.postMessage([path, text]);
      const said = await Promise.race([answer.promise, ended.promise]);
      if ("error" in said) throw new Error(`Cannot read "${path}": ${said.error}`);
      return said.summary;
    },
    [Symbol.dispose]: () => thread?.terminate(),
  };
}
