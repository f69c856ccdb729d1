/**
 * What is open while something is measured, so that an interrupted bench leaves nothing behind.
 *
 * @module
 */
const endings = new Set<() => Promise<void>>();

/** Remembers how something ends; gives an ending that happens once, whoever calls it. */
export function ending(end: () => Promise<void>): () => Promise<void> {
  let ended: Promise<void> | undefined;
  const once = () => {
    endings.delete(once);
    return ended ??= end();
  };
  endings.add(once);
  return once;
}

/** Ends all that is open, the newest first. */
export async function endAll(): Promise<void> {
  for (const end of [...endings].reverse()) {
    // The next one has to end even if this one cannot.
    await end().catch(() => {});
  }
}
