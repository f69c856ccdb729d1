/**
 * The thread that scores large batches: onnxruntime blocks the thread that calls it.
 *
 * @module
 */
import type { Matrix } from "../frame/frame.ts";
import { Session } from "./session.ts";

/** What the thread is told: first the model, then batches. */
export type ScoreTask =
  | { readonly id: 0; readonly onnx: Uint8Array }
  | { readonly id: number; readonly matrix: Matrix };

/** What it answers, by the id of the task. */
export type ScoreAnswer =
  | { readonly id: number; readonly scores: Float32Array }
  | { readonly id: number; readonly error: string };

interface Scope {
  onmessage: ((event: MessageEvent<ScoreTask>) => void) | null;
  postMessage(answer: ScoreAnswer, transfer?: Transferable[]): void;
}

const scope = self as unknown as Scope;
let session: Session | undefined;
let before: Promise<void> = Promise.resolve();

scope.onmessage = ({ data: task }) => {
  before = before.then(() => answer(task));
};

async function answer(task: ScoreTask): Promise<void> {
  try {
    if ("onnx" in task) {
      session = await Session.load(task.onnx);
      scope.postMessage({ id: task.id, scores: new Float32Array() });
      return;
    }
    if (session === undefined) throw new ReferenceError(`Cannot score: no model was loaded`);
    const scores = await session.score(task.matrix);
    scope.postMessage({ id: task.id, scores }, [scores.buffer as ArrayBuffer]);
  } catch (error) {
    scope.postMessage({ id: task.id, error: error instanceof Error ? error.message : `${error}` });
  }
}
