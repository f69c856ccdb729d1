// Which assets people mean. The server reads the selection, over its full list, never over what a
// page happens to show.
import { ApiProblem, type AssetCard, type Client } from "./client.ts";

/** What is looked for; everything given must hold. */
export interface Selection {
  /** A selection in which a bare word is a part of a name. */
  readonly query: string;
  /** Any of these statuses; all if empty. */
  readonly statuses: readonly string[];
  /** This promise of freshness; any if not given. */
  readonly freshness?: string | undefined;
}

/** What was found. */
export interface Found {
  /** Whether nothing was said, so that everything is meant. */
  readonly all: boolean;
  /** The assets, upstream first. */
  readonly cards: readonly AssetCard[];
  /** Why the query cannot be read, and what would be right; undefined if it can. */
  readonly problem: string | undefined;
}

/**
 * Finds assets; `all` gives every one, and is asked only where no query narrows them. A query that cannot be read finds
 * none and says why: somebody may be in the middle of it.
 */
export async function find(
  client: Pick<Client, "search">,
  all: () => Promise<readonly AssetCard[]>,
  { query, statuses, freshness }: Selection,
): Promise<Found> {
  const isAny = query.trim() === "";
  try {
    const read = isAny ? await all() : await client.search(query);
    const cards = read.filter((card) =>
      (statuses.length === 0 || statuses.includes(card.status)) &&
      (freshness === undefined || freshness === card.freshness)
    );
    const isAll = isAny && statuses.length === 0 && freshness === undefined;
    return { all: isAll, cards, problem: undefined };
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.status === 500) throw error;
    const problem = [error.message, error.hint].filter((part) => part !== null).join(". ");
    return { all: false, cards: [], problem };
  }
}
