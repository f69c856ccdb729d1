import type { Outcome } from "engine";

/** `run/step/attempt`: what fences an attempt, as one word. */
export const tokenOf = (o: Pick<Outcome, "run" | "step" | "attempt">): string =>
  `${o.run}/${o.step}/${o.attempt}`;
