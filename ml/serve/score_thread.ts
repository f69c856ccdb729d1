import type { Matrix } from "../frame/frame.ts";
import type { ScoreAnswer, ScoreTask } from "./score_worker.ts";

interface Waiting {
  resolve(scores: Float32Array): void;
  reject(reason: Error): void;
}

/** A model in a thread of its own, for batches that would block the event loop. */
export class ScoreThread implements Disposable {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;

  private constructor() {
    this.#worker = new Worker(new URL("./score_worker.ts", import.meta.url), { type: "module" });
    this.#worker.onmessage = ({ data }: MessageEvent<ScoreAnswer>) => this.#settle(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#fail(new Error(`Cannot score: the thread failed: ${event.message}`));
    };
  }

  /** Starts the thread and loads the model there. */
  static async start(onnx: Uint8Array): Promise<ScoreThread> {
    const thread = new ScoreThread();
    try {
      await thread.#ask({ id: 0, onnx });
      return thread;
    } catch (error) {
      thread[Symbol.dispose]();
      throw error;
    }
  }

  /** Predicts; the values are copied to the thread. */
  score(matrix: Matrix): Promise<Float32Array> {
    return this.#ask({ id: ++this.#lastId, matrix });
  }

  /** Ends the thread; what still waits is rejected. */
  [Symbol.dispose](): void {
    this.#worker.terminate();
    this.#fail(new ReferenceError(`Cannot score: the scorer was disposed`));
  }

  #ask(task: ScoreTask): Promise<Float32Array> {
    const { promise, resolve, reject } = Promise.withResolvers<Float32Array>();
    this.#waiting.set(task.id, { resolve, reject });
    this.#worker.postMessage(task);
    return promise;
  }

  #settle(answer: ScoreAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ("error" in answer) waiting?.reject(new Error(answer.error));
    else waiting?.resolve(answer.scores);
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
