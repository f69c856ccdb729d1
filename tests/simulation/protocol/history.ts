/** Histories by seed. @module */
import { SHIPPED, type Subject } from "./subject.ts";
import { type Past, World } from "./world.ts";

/** The history of a seed broke a law. */
export interface Failure {
  readonly seed: number;
  readonly error: Error;
  /** What happened until then. */
  readonly lines: readonly string[];
}

/** Leads one history to its end. @throws {Broken} If a law does not hold. */
export async function history(seed: number, subject: Subject = SHIPPED): Promise<Past> {
  return await new World(subject, seed, false).live();
}

/** The same history with all that happened in it. */
export async function told(
  seed: number,
  subject: Subject = SHIPPED,
): Promise<{ readonly lines: readonly string[]; readonly error?: Error }> {
  const world = new World(subject, seed, true);
  try {
    return await world.live();
  } catch (error) {
    return { lines: world.lines, error: error as Error };
  }
}

/** The first of the seeds whose history breaks a law. */
export async function search(
  seeds: { readonly from: number; readonly count: number },
  subject: Subject = SHIPPED,
): Promise<Failure | undefined> {
  for (let seed = seeds.from; seed < seeds.from + seeds.count; seed++) {
    try {
      await history(seed, subject);
    } catch {
      const { lines, error } = await told(seed, subject);
      return { seed, lines, error: error! };
    }
  }
  return undefined;
}
