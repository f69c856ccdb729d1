import type { Matrix } from "../frame/frame.ts";
import { checkShape } from "../frame/shape.ts";
import { onnxFeatures } from "../onnx/metadata.ts";
import { ScoreThread } from "./score_thread.ts";
import { Session } from "./session.ts";

/** More rows than these go to a thread: 200 rows block the event loop for about 1 ms. */
const MOST_ROWS_IN_LINE = 200;

/**
 * A model that predicts: few rows at once, many in a thread of its own, so that the event loop
 * lives on.
 *
 * @example
 * ```ts ignore
 * await using scorer = await Scorer.load(trained.onnx, ["hour_sin", "hour_cos"]);
 * const scores = await scorer.score(matrixOf(frame, ["hour_sin", "hour_cos"]));
 * ```
 */
export class Scorer implements AsyncDisposable {
  /** Names of the features in the order of the rows' values. */
  readonly featureNames: readonly string[];
  readonly #onnx: Uint8Array;
  readonly #session: Session;
  #thread: Promise<ScoreThread> | undefined;

  private constructor(onnx: Uint8Array, featureNames: readonly string[], session: Session) {
    this.#onnx = onnx;
    this.featureNames = featureNames;
    this.#session = session;
  }

  /**
   * Loads an ONNX model whose rows will have these features.
   *
   * @throws {RangeError} If the model was trained on other features, or in another order.
   * @throws {TypeError} If the bytes are no ONNX model.
   */
  static async load(onnx: Uint8Array, featureNames: readonly string[]): Promise<Scorer> {
    const trained = onnxFeatures(onnx);
    if (trained !== undefined && JSON.stringify(trained) !== JSON.stringify(featureNames)) {
      throw new RangeError(
        `Cannot load model for the features ${list(featureNames)}: ` +
          `it was trained on ${list(trained)}, in this order`,
      );
    }
    return new Scorer(onnx, featureNames, await Session.load(onnx));
  }

  /**
   * Predicts one value a row (`rows × outputs` for models of several classes), in the order of the
   * rows.
   *
   * @throws {RangeError} If the matrix has not the features of the model.
   */
  async score(matrix: Matrix): Promise<Float32Array> {
    checkShape(matrix, this.featureNames.length);
    if (matrix.rows <= MOST_ROWS_IN_LINE) return await this.#session.score(matrix);
    this.#thread ??= ScoreThread.start(this.#onnx);
    return await (await this.#thread).score(matrix);
  }

  /** Ends the thread and gives the memory back. */
  async [Symbol.asyncDispose](): Promise<void> {
    const thread = this.#thread;
    await this.#session[Symbol.asyncDispose]();
    // A thread that did not start ended itself, and whoever asked for it was told.
    await thread?.then((started) => started[Symbol.dispose](), () => {});
  }
}

function list(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}
