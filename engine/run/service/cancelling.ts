/**
 * Ending runs and single steps.
 *
 * @module
 */
import { UnknownName } from "../../declare/errors.ts";
import { sliceText } from "../../decide/inputs.ts";
import { nearest } from "../../graph/nearest.ts";
import type { RunRecord, StepRecord } from "../../ledger/records.ts";
import type { CancelRequest } from "../steering_views.ts";
import type { ServiceOptions } from "./ports.ts";
import { isRunId } from "./run_view.ts";

/** Who it is if nobody says. */
const SOMEBODY = "a person";

/** A run that somebody named. @throws {UnknownName} If there is none. */
export async function knownRun(
  { ledger }: ServiceOptions,
  id: string,
): Promise<{ readonly run: RunRecord; readonly steps: readonly StepRecord[] }> {
  const found = isRunId(id) ? await ledger.run(id) : undefined;
  if (!found) throw new UnknownName("run", id, undefined);
  return found;
}

/** Ends a run. */
export async function cancelNow(
  o: ServiceOptions,
  id: string,
  { by = SOMEBODY }: CancelRequest,
): Promise<void> {
  const { run } = await knownRun(o, id);
  if (await o.ledger.cancel(id, by)) return;
  throw new RangeError(`Cannot cancel run "${id}": it has ended with "${run.state}"`);
}

/** Ends one step of a run. */
export async function cancelStepNow(
  o: ServiceOptions,
  id: string,
  { step: text, by = SOMEBODY }: CancelRequest & { readonly step: string },
): Promise<void> {
  const found = await knownRun(o, id);
  const { step } = stepOf(found, text);
  if (await o.ledger.cancelStep({ run: id, step }, by)) return;
  const now = (await knownRun(o, id)).steps[step]!;
  const stands = now.endedAt === null ? "it is being stopped already" : `it is "${now.state}"`;
  throw new RangeError(
    `Cannot cancel ${sliceText(now.asset, now.partition)} of run "${id}": ${stands}`,
  );
}

/** The step that is meant by its id, by its asset, or by `asset@partition`. */
function stepOf(
  { run, steps }: { readonly run: RunRecord; readonly steps: readonly StepRecord[] },
  text: string,
): StepRecord {
  const byId = /^\d{1,9}$/.test(text) ? steps[Number(text)] : undefined;
  if (byId) return byId;
  const at = text.indexOf("@");
  const [asset, partition] = at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
  const of = steps.filter((s) =>
    s.asset === asset && (partition === undefined || s.partition === partition)
  );
  if (of.length === 1) return of[0]!;
  if (of.length === 0) {
    const names = steps.map((s) => partition === undefined ? s.asset : `${s.asset}@${s.partition}`);
    throw new UnknownName(`step of run ${run.id}`, text, nearest(text, names));
  }
  const open = of.find((s) => s.endedAt === null) ?? of[0]!;
  throw new RangeError(
    `Cannot tell which step of run "${run.id}" is meant by "${text}": it has ${of.length} of them; ` +
      `name one, such as "${open.asset}@${open.partition}"`,
  );
}
