/**
 * What a process asks of the ledger, which only its worker is connected to.
 *
 * @module
 */
import type { Answer, FromStep, Ledger, Question, ToStep } from "engine";

type Asked = Extract<FromStep, { readonly say: "ask" }>;
type Readable = Pick<Ledger, "visible" | "versions" | "keySets">;

/** The answer, or why there is none. */
export async function answer(ledger: Readable, { id, question }: Asked): Promise<ToStep> {
  try {
    return { say: "answer", id, found: await found(ledger, question) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { say: "refusal", id, message };
  }
}

async function found(ledger: Readable, question: Question): Promise<Answer> {
  if (question.of === "keySets") return await ledger.keySets(new Map(question.known));
  if (question.of === "versions") return await ledger.versions(question.versions);
  return await ledger.visible(question.slices);
}
