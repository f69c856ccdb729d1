/** Histories of the real loops by seed. @module */
import { type LoopPast, type LoopSubject, LoopWorld, SHIPPED } from "./world.ts";

/** The history of a seed: what it came to, or which law it broke, and what happened until then. */
export async function loopHistory(
  seed: number,
  subject: LoopSubject = SHIPPED,
): Promise<
  { readonly lines: readonly string[]; readonly past?: LoopPast; readonly error?: Error }
> {
  const world = new LoopWorld(seed, subject);
  // Where the law is looked at by code of the project or in a timer, nobody waits for the error.
  let unheard: Error | undefined;
  const hear = (event: PromiseRejectionEvent | ErrorEvent) => {
    event.preventDefault();
    unheard ??= ("reason" in event ? event.reason : event.error) as Error;
  };
  globalThis.addEventListener("unhandledrejection", hear);
  globalThis.addEventListener("error", hear);
  try {
    const past = await world.live();
    return unheard ? { lines: world.lines, error: unheard } : { lines: world.lines, past };
  } catch (error) {
    return { lines: world.lines, error: error as Error };
  } finally {
    globalThis.removeEventListener("unhandledrejection", hear);
    globalThis.removeEventListener("error", hear);
  }
}
