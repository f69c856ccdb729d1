/**
 * What every ledger does, as tests: the meaning of the port in `ledger.ts`, one sentence each.
 *
 * @module
 */
import { backfillBehaviours } from "./contract/backfills.ts";
import { claimBehaviours } from "./contract/claims.ts";
import { crewBehaviours } from "./contract/crew.ts";
import { outcomeBehaviours } from "./contract/outcomes.ts";
import { raceBehaviours } from "./contract/races.ts";
import { readBehaviours } from "./contract/reads.ts";
import { runBehaviours } from "./contract/runs.ts";
import { setBehaviours } from "./contract/sets.ts";
import { codeBehaviours } from "./contract/code.ts";
import { poolBehaviours } from "./contract/pools.ts";
import { stopBehaviours } from "./contract/stops.ts";
import { alertingBehaviours } from "./contract/alerting.ts";
import { standingBehaviours } from "./contract/standing.ts";
import type { Subject } from "./contract/subject.ts";

export type { Subject } from "./contract/subject.ts";

/**
 * Registers one test for each sentence. `make` gives an empty ledger each time.
 *
 * What takes time moves the ledger's clock by `advanceClock`, or waits if there is none, 120 ms
 * at most.
 */
export function ledgerContract(name: string, make: () => Promise<Subject>): void {
  const behaviours = [
    ...runBehaviours,
    ...claimBehaviours,
    ...poolBehaviours,
    ...codeBehaviours,
    ...outcomeBehaviours,
    ...stopBehaviours,
    ...crewBehaviours,
    ...readBehaviours,
    ...standingBehaviours,
    ...alertingBehaviours,
    ...raceBehaviours,
    ...backfillBehaviours,
    ...setBehaviours,
  ];
  for (const [sentence, test] of behaviours) {
    Deno.test(`${name}: ${sentence}`, async () => {
      await using subject = await make();
      await test(subject);
    });
  }
}
