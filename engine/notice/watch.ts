/** Opens and ends episodes, and tells people once of each. @module */
import { judge } from "../decide/judge.ts";
import type { Definitions } from "../graph/define.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { AlertRecord } from "../ledger/records.ts";
import type { AlertChannel } from "./channel.ts";
import { episodes } from "./episodes.ts";

/** What watching needs. */
export interface Watching {
  /** What exists. */
  readonly definitions: Definitions;
  /** Where episodes are remembered. */
  readonly ledger: Ledger;
  /** Who is told. */
  readonly channels: readonly AlertChannel[];
  /** Is told of a channel that could not be reached; the notice is tried again at the next look. */
  onTrouble?(error: unknown): void;
}

const CURSOR = "watch:alerts";
/** Milliseconds that one look keeps others from looking, if it dies in the middle. */
const LEASE_MS = 60_000;
/** Notices older than this are not sent any more: a channel that was never reached does not flood people later. */
const STALE_NOTICE_MS = 24 * 3_600_000;

type Cursor = {
  /** When each asset was first seen. */
  readonly known: { readonly [asset: string]: string };
  /** Until when somebody is looking. */
  readonly until: string;
};

/**
 * Looks once: opens episodes that began, ends those that are over, delivers what was not delivered. Of several servers
 * one looks at a time. Gives false if another one is looking.
 */
export async function watch(o: Watching, now: Date): Promise<boolean> {
  const [found] = await o.ledger.cursors(CURSOR);
  const before = (found?.value ?? { known: {}, until: now.toISOString() }) as Cursor;
  if (found && Date.parse(before.until) > now.getTime()) return false;
  const known = { ...before.known };
  for (const a of o.definitions.assets) known[a.name] ??= now.toISOString();
  const revision = found?.revision ?? 0;
  const until = new Date(now.getTime() + LEASE_MS).toISOString();
  if (!await step(o, revision, { known, until })) return false;
  try {
    await settle(o, known, now);
    await deliver(o, now);
  } finally {
    await step(o, revision + 1, { known, until: now.toISOString() });
  }
  return true;
}

async function step(o: Watching, revision: number, value: Cursor): Promise<boolean> {
  const move = { name: CURSOR, revision, value, result: "looked", submissions: [] };
  return await o.ledger.advance({ ...move, outcome: "skipped" }) !== undefined;
}

async function settle(o: Watching, known: Cursor["known"], now: Date): Promise<void> {
  const { definitions, ledger } = o;
  const [slices, checks] = await Promise.all([ledger.slices(), ledger.checks()]);
  const judgement = judge({ definitions, slices, checks, now });
  const knownSince = (asset: string) => new Date(known[asset]!);
  const wanted = episodes({ definitions, judgement, checks, knownSince });
  const should = new Set(wanted.map((e) => e.episode));
  const open = new Set(
    (await ledger.alerts(1_000)).filter((a) => a.resolvedAt === null).map((a) => a.episode),
  );
  for (const e of wanted) if (!open.has(e.episode)) await ledger.open(e);
  for (const e of open) if (!should.has(e)) await ledger.resolve(e);
}

async function deliver(o: Watching, now: Date): Promise<void> {
  const recent = (at: Date | null) => at !== null && now.getTime() - at.getTime() < STALE_NOTICE_MS;
  for (const alert of await o.ledger.alerts(200)) {
    for (const channel of o.channels) {
      if (recent(alert.openedAt) && !alert.openSent.includes(channel.name)) {
        await tell(o, channel, alert, "open");
      }
      const wasTold = alert.openSent.includes(channel.name);
      if (wasTold && recent(alert.resolvedAt) && !alert.resolvedSent.includes(channel.name)) {
        await tell(o, channel, alert, "resolved");
      }
    }
  }
}

async function tell(
  o: Watching,
  channel: AlertChannel,
  alert: AlertRecord,
  phase: "open" | "resolved",
): Promise<void> {
  try {
    await channel.send(alert, phase);
    await o.ledger.told(alert.id, phase, channel.name);
  } catch (error) {
    o.onTrouble?.(error);
  }
}
