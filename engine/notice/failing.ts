/** Which slices failed, and which checks that matter do not hold: one episode a line. @module */
import type { Asset } from "../declare/asset.ts";
import { keyOf, sliceText } from "../decide/inputs.ts";
import { isToldApart, lineOf, newestTest } from "../decide/line.ts";
import type { CheckState, SliceState } from "../ledger/records.ts";
import type { Episode, Seen } from "./episodes.ts";

/** By the line that they are of, where people are told of each; else all together. */
function apart<T extends { readonly partition: string }>(
  { partitions }: Asset,
  of: readonly T[],
  now: Date,
): readonly (readonly [suffix: string, of: readonly T[]])[] {
  if (of.length === 0) return [];
  const isEach = isToldApart(partitions, now);
  const lines = Map.groupBy(of, (x) => isEach ? lineOf(partitions, x.partition) : "");
  return [...lines].map(([line, of]) => [line === "" ? "" : `:${line}`, of]);
}

const moreText = (of: readonly unknown[]) => of.length > 1 ? ` and ${of.length - 1} more` : "";

/** One that failed and is being tried again: neither a new episode nor the end of the one that is open. */
export function failed(seen: Seen): Episode[] {
  const { definitions, judgement, isOpen } = seen;
  const told = new Set(checked(seen).filter((e) => e.severity === "critical").map((e) => e.asset));
  return definitions.assets.flatMap((asset) =>
    apart(asset, failures(seen, asset), judgement.now).flatMap(([suffix, all]) => {
      const episode = `failed:${asset.name}${suffix}`;
      const of = all.filter((s) => counts(seen, asset, s, episode));
      const slice = of.at(-1);
      if (!slice || (slice.inFlight && !isOpen(episode))) return [];
      // What a critical check withheld is the episode of the check.
      const status = judgement.of(asset, slice.partition).status;
      if (status === "blocked" && told.has(asset.name)) return [];
      return [{
        episode,
        kind: "failed" as const,
        severity: "error" as const,
        asset: asset.name,
        run: slice.last?.run ?? null,
        title: `${sliceText(asset.name, slice.partition)}${moreText(of)} failed`,
        message: slice.error ? [slice.error.message, ...slice.error.causes].join("\n") : "",
      }];
    })
  );
}

/** Slices whose last attempt failed. */
const failures = ({ judgement }: Seen, asset: Asset): readonly SliceState[] =>
  judgement.states(asset).filter((s) =>
    s.last?.state === "failed" && !(s.visible !== null && s.visible.at > s.last.at)
  );

/**
 * A failed try of history that never was does not count. What was the newest when it failed does, until a newer one
 * succeeds: that a day is over mends nothing.
 */
function counts(
  { judgement, isOpen }: Seen,
  asset: Asset,
  s: SliceState,
  episode: string,
): boolean {
  const { partitions } = asset;
  if (s.visible !== null || newestTest(partitions, judgement.now)(s.partition)) return true;
  const line = lineOf(partitions, s.partition);
  const isMended = judgement.states(asset).some((other) =>
    other.visible !== null && other.visible.at > s.last!.at && other.partition > s.partition &&
    lineOf(partitions, other.partition) === line
  );
  return isOpen(episode) && !isMended;
}

/** Checks that are declared, each by its verdict on the newest slice of a line: an old day that was bad is history. */
export function checked({ definitions, checks, judgement }: Seen): Episode[] {
  return definitions.checks.flatMap(({ asset, name }) => {
    const said = checks.filter((c) =>
      c.asset === asset.name && c.check === name && keyOf(asset, c.partition)
    );
    const failing = newestOf(asset, said).filter((c) => !c.passed && c.severity !== "warning");
    return apart(asset, failing, judgement.now).map(([suffix, of]) => {
      const [c] = of as [CheckState];
      return {
        episode: `check:${c.asset}:${c.check}${suffix}`,
        kind: "check" as const,
        severity: worst(of),
        asset: c.asset,
        run: c.run,
        title: `${worst(of) === "critical" ? "Critical check" : "Check"} "${c.check}" of ${
          sliceText(c.asset, c.partition)
        }${moreText(of)} fails`,
        message: c.reason ?? "no reason given",
      };
    });
  });
}

const worst = (of: readonly CheckState[]) =>
  of.some((c) => c.severity === "critical") ? "critical" as const : "error" as const;

/** The verdict on the newest slice of each line. */
function newestOf({ partitions }: Asset, said: readonly CheckState[]): readonly CheckState[] {
  const newest = new Map<string, CheckState>();
  for (const c of said) {
    const line = lineOf(partitions, c.partition);
    const before = newest.get(line);
    if (!before || c.partition > before.partition) newest.set(line, c);
  }
  return [...newest.values()];
}
