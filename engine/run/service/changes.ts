/**
 * Everything that happens, as it happens, for pages that stay open.
 *
 * @module
 */
import type { Ledger, News } from "../../ledger/ledger.ts";
import type { Fact } from "../../ledger/records.ts";
import type { AssetCard, Change } from "../views.ts";
import { cardOf } from "./cards.ts";
import type { ServiceOptions } from "./ports.ts";
import { runView } from "./run_view.ts";
import type { Seen } from "./seen.ts";
import { alertViews } from "./alert_view.ts";

/** Facts that are read at once. */
const BATCH = 1_000;
/** Milliseconds after which it is looked without news. */
const LOOK_MS = 5_000;

type Cards = Map<string, string>;

/** What of a card counts as a change: not how old it is said to be. */
const faceOf = ({ age: _, ...card }: AssetCard) => JSON.stringify(card);

function changedCards(o: ServiceOptions, seen: Seen, known: Cards): readonly Change[] {
  const changes: Change[] = [];
  for (const a of o.definitions.assets) {
    const asset = cardOf(a, seen);
    const face = faceOf(asset);
    if (known.get(asset.name) !== face) changes.push({ type: "asset", asset });
    known.set(asset.name, face);
  }
  return changes;
}

async function runChanges(o: ServiceOptions, facts: readonly Fact[]): Promise<readonly Change[]> {
  const touched = new Map<string, Set<number>>();
  for (const f of facts) {
    if (f.run === null) continue;
    const steps = touched.get(f.run) ?? new Set<number>();
    touched.set(f.run, f.step === null ? steps : steps.add(f.step));
  }
  const changes: Change[] = [];
  for (const [id, steps] of touched) {
    const found = await o.ledger.run(id);
    if (!found) continue;
    const view = runView(found);
    for (const i of steps) {
      const step = view.steps[i];
      if (step) changes.push({ type: "step", run: id, step });
    }
    changes.push({ type: "run", run: view.run });
  }
  return changes;
}

/** Asks for the next one; that nobody waits for the answer any more is no error. */
function nextOf(news: AsyncIterator<News>): Promise<IteratorResult<News>> {
  const next = news.next();
  next.catch(() => {});
  return next;
}

/** News, and a look from time to time for what they missed. */
async function* looks(ledger: Pick<Ledger, "news">, signal: AbortSignal): AsyncGenerator<News> {
  const news = ledger.news(signal)[Symbol.asyncIterator]();
  let next = nextOf(news);
  while (!signal.aborted) {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<"late">((resolve) => {
      timer = setTimeout(() => resolve("late"), LOOK_MS);
    });
    const found = await Promise.race([next, late]);
    clearTimeout(timer);
    if (found === "late") {
      yield { of: "gap" };
      continue;
    }
    if (found.done) return;
    next = nextOf(news);
    yield found.value;
  }
}

/** Everything that happens from now on until the signal aborts or the reader leaves. */
export async function* changesOf(
  o: ServiceOptions,
  see: () => Promise<Seen>,
  signal: AbortSignal,
): AsyncGenerator<Change> {
  const left = new AbortController();
  const until = AbortSignal.any([signal, left.signal]);
  const news = looks(o.ledger, until);
  try {
    // The first look listens before the place is taken, so that nothing falls between the two.
    let pending = nextOf(news);
    let cursor = await o.ledger.newestFact();
    const cards: Cards = new Map();
    changedCards(o, await see(), cards);
    while (!until.aborted) {
      const { done, value } = await pending;
      if (done) return;
      if (value.of === "log") yield { type: "log", run: value.run };
      if (value.of === "fact" || value.of === "gap") {
        for (let more = true; more;) {
          const facts = await o.ledger.facts(cursor, BATCH);
          cursor = facts.at(-1)?.seq ?? cursor;
          yield* happened(o, see, facts, cards);
          more = facts.length === BATCH;
        }
      }
      pending = nextOf(news);
    }
  } finally {
    left.abort();
  }
}

async function* happened(
  o: ServiceOptions,
  see: () => Promise<Seen>,
  facts: readonly Fact[],
  cards: Cards,
): AsyncGenerator<Change> {
  if (!facts.length) return;
  yield* await runChanges(o, facts);
  yield* changedCards(o, await see(), cards);
  if (!facts.some((f) => f.kind === "alert")) return;
  for (const alert of await alertViews(o)) yield { type: "alert", alert };
}
