import type { JSX } from "hono/jsx/jsx-runtime";
import type { Backfill } from "../client.ts";
import { ago, count, duration, many } from "../words.ts";
import { Pill } from "./status.tsx";

/** Backfills as a table, one row each, with what steers those that go on. */
export function BackfillTable(
  { backfills, now }: { readonly backfills: readonly Backfill[]; readonly now: Date },
): JSX.Element {
  if (backfills.length === 0) return <p class="dim">No backfill yet</p>;
  return (
    <div class="scroll" role="region" aria-label="Backfills" tabindex={0}>
      <table>
        <thead>
          <tr>
            <th>Status</th>
            <th>Backfill</th>
            <th>What</th>
            <th>Progress</th>
            <th class="n">Runs</th>
            <th class="n">Left</th>
            <th class="n">When</th>
            <th class="n">Actions</th>
          </tr>
        </thead>
        <tbody>{backfills.map((one) => <Row backfill={one} now={now} />)}</tbody>
      </table>
    </div>
  );
}

function Row({ backfill, now }: { readonly backfill: Backfill; readonly now: Date }): JSX.Element {
  const { id, status, title, reason, error, runs, active, remainingMs, endedAt } = backfill;
  return (
    <tr id={`backfill-${id}`}>
      <td>
        <Pill status={status} />
      </td>
      <td>
        <code>{id}</code>
      </td>
      <td class="what-cell">
        {title}
        <small>
          {partitionsText(backfill)} · {backfill.triggeredBy}: {reason}
        </small>
        {error !== null && <small class="error">{error}</small>}
      </td>
      <td>
        <Progress backfill={backfill} />
      </td>
      <td class="n">
        {runs.ended} of {runs.all}
        <small>
          <a href={`/runs?backfill=${id}`}>
            {active.length > 0 ? `${active.length} active` : "show them"}
          </a>
        </small>
      </td>
      <td class="n nowrap">
        {endedAt !== null ? "—" : remainingMs === null ? "unknown" : duration(remainingMs)}
      </td>
      <td class="n nowrap">{ago(backfill.createdAt, now)}</td>
      <td class="n nowrap">
        {status === "running" && <Action id={id} action="pause" word="Pause" />}
        {status === "paused" && <Action id={id} action="resume" word="Resume" />}
        {endedAt === null && <Action id={id} action="cancel" word="Cancel" />}
      </td>
    </tr>
  );
}

function Action(
  props: { readonly id: string; readonly action: string; readonly word: string },
): JSX.Element {
  const { id, action, word } = props;
  return (
    <button
      type="button"
      class="btn sm"
      data-backfill-action={action}
      data-backfill={id}
      aria-label={`${word} backfill ${id}`}
    >
      {word}
    </button>
  );
}

/** The slices of the asset that has most, in a few characters. */
function partitionsText({ assets }: Backfill): string {
  const [first] = assets.toSorted((a, b) => b.slices - a.slices);
  if (first?.partitions == null) return many(assets.length, "asset");
  const ranges = first.partitions.split(",");
  // Of a cross each is a range of its time and one key of the others.
  if (ranges.length > 2 && ranges[0]!.includes("|")) {
    return `${ranges[0]} and ${count(ranges.length - 1)} more`;
  }
  return ranges.length <= 2
    ? ranges.join(", ")
    : `${ranges[0]!.split("..")[0]} to ${ranges.at(-1)!.split("..").at(-1)}, with gaps`;
}

/** What has ended of it, and how. */
function Progress({ backfill }: { readonly backfill: Backfill }): JSX.Element {
  const { slices, done, running } = backfill;
  const bad = done.failed + done.skipped;
  const parts = [
    ["fresh", done.success],
    ["failed", bad],
    ["running", running],
    ["missing", slices - done.success - bad - running],
  ] as const;
  const ended = done.success + bad + done.cancelled;
  const share = slices === 0 ? 100 : Math.floor(100 * ended / slices);
  const words = `${count(ended)} of ${many(slices, "slice")}` +
    (bad ? `, ${count(bad)} failed` : "");
  return (
    <>
      <div class="fill" role="img" aria-label={`${share} %: ${words}`}>
        {parts.filter(([, n]) => n > 0).map(([look, n]) => <i class={look} style={`flex:${n}`} />)}
      </div>
      <small class="dim">{words}</small>
    </>
  );
}
