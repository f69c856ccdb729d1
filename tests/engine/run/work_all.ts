import {
  type Connections,
  type Definitions,
  Families,
  type Ledger,
  lender,
  logBuffer,
  type Outcome,
  runStep,
  type Work,
} from "engine";

/** What a test may hand in. */
export interface WorkOptions {
  /** What exists. */
  readonly definitions: Definitions;
  /** Where the work is. */
  readonly ledger: Ledger;
  /** The clock of attempts. */
  now(): Date;
  /** Steps that are run at most; all unless given. */
  readonly most?: number;
  /** What resources find under names of connections. */
  readonly connections?: Connections;
}

/** Runs what is queued, one step after the other and without waiting, until nothing is ready. Gives the outcomes. */
export async function workAll(o: WorkOptions): Promise<readonly Outcome[]> {
  const { ledger, definitions, most = Infinity } = o;
  const hello = { host: "test", pid: 1, queues: ["default"], slots: 1 };
  const worker = await ledger.join(hello);
  await using resources = lender(() => "", o.connections);
  await using logs = logBuffer({ keep: (lines) => ledger.log(lines), now: () => o.now() });
  const bench = {
    definitions,
    ledger,
    lender: resources,
    families: new Families<Promise<Work>>(),
    now: () => o.now(),
    random: () => 0.5,
  };
  const outcomes: Outcome[] = [];
  while (outcomes.length < most) {
    const [claimed] = await ledger.claim({ worker, queues: hello.queues, room: 1 });
    if (!claimed) break;
    const signal = new AbortController().signal;
    const outcome = await runStep(bench, claimed, { log: logs.of(claimed), signal });
    outcomes.push(outcome);
    await ledger.finish([outcome], { worker, queues: hello.queues, room: 0 });
  }
  await ledger.leave(worker);
  return outcomes;
}
