import type { InferenceSession, TensorConstructor } from "onnxruntime-node";
import type { Matrix } from "../frame/frame.ts";

/**
 * A model loaded by onnxruntime. `score` blocks the thread for about 5 µs a row
 * (200 trees, depth 6).
 */
export class Session implements AsyncDisposable {
  readonly #session: InferenceSession;
  readonly #tensor: TensorConstructor;

  private constructor(session: InferenceSession, tensor: TensorConstructor) {
    this.#session = session;
    this.#tensor = tensor;
  }

  /** Loads a model; 10 to 20 ms for 200 trees. */
  static async load(onnx: Uint8Array): Promise<Session> {
    // The runtime is 12 MB of each process that loads it: of none that only knows that there are models.
    const { InferenceSession, Tensor } = await import("onnxruntime-node");
    // One thread: with two, the spinning pool of the runtime made batches slower, not faster.
    const options = { intraOpNumThreads: 1, interOpNumThreads: 1 };
    return new Session(await InferenceSession.create(onnx, options), Tensor);
  }

  /** Predicts, `rows × outputs`. */
  async score({ values, rows, features }: Matrix): Promise<Float32Array> {
    if (rows === 0) return new Float32Array();
    const x = new this.#tensor("float32", values, [rows, features]);
    const { y } = await this.#session.run({ x });
    return y!.data as Float32Array;
  }

  /** Gives the memory of the model back. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session.release();
  }
}
