/**
 * What a step costs that does nothing.
 *
 * @module
 */
import { type Figure, figure, quantile, repeated } from "./bench.ts";
import { type Crew, targetsOf, timedRun } from "./crew.ts";

const WARM_UP = 10;
const STEPS = 200;

/**
 * Milliseconds from the creation of a run of this one asset to its end, by the clock of the database: it is submitted,
 * told of, claimed, run, committed. One run after the other, so that none waits for another.
 */
export async function stepOverhead(
  name: string,
  asset: string,
  on: Pick<Crew, "ledger" | "sql">,
): Promise<readonly Figure[]> {
  const targets = targetsOf(asset).filter((t) => t.asset.name === asset);
  const one = async () => 1_000 * await timedRun(on, targets);
  await repeated(WARM_UP, one);
  const samples = await repeated(STEPS, one);
  const p99 = Number(quantile(samples, 0.99).toPrecision(4));
  return [figure({ name, unit: "ms", params: { p99 } }, samples)];
}
