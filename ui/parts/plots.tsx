import type { JSX } from "hono/jsx/jsx-runtime";
import type { History } from "../client.ts";
import { duration, figure } from "../words.ts";

/** A number over time, oldest first; `x` is seconds since 1970. */
export interface Series {
  readonly name: string;
  readonly unit: "" | "ms";
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** Every number that the materializations report, and how long they took. */
export function seriesOf(history: History): readonly Series[] {
  const oldestFirst = history.toReversed();
  const names = new Set(
    history.flatMap((entry) =>
      Object.entries(entry.metadata).filter(([, value]) => typeof value === "number")
        .map(([name]) => name)
    ),
  );
  const series = [...names].map((name): Series => {
    const points = oldestFirst.filter((entry) => typeof entry.metadata[name] === "number");
    return {
      name,
      unit: "",
      x: points.map((entry) => Date.parse(entry.at) / 1000),
      y: points.map((entry) => Number(entry.metadata[name])),
    };
  });
  const took: Series = {
    name: "duration",
    unit: "ms",
    x: oldestFirst.map((entry) => Date.parse(entry.at) / 1000),
    y: oldestFirst.map((entry) => entry.durationMs),
  };
  return [...series, took];
}

/** One card a series: latest value, change against the one before, curve. */
export function Plots({ series }: { readonly series: readonly Series[] }): JSX.Element {
  return (
    <div class="plots">
      {series.filter((one) => one.y.length > 0).map((one) => <Plot series={one} />)}
    </div>
  );
}

function Plot({ series }: { readonly series: Series }): JSX.Element {
  const show = (value: number) => series.unit === "ms" ? duration(value) : figure(value);
  const latest = series.y.at(-1) ?? 0;
  const change = latest - (series.y.at(-2) ?? latest);
  const arrow = change > 0 ? "▲" : "▼";
  return (
    <div class="cardx">
      <div class="ch">
        <h2>{series.name}</h2>
        <b class="big">{show(latest)}</b>
        {change !== 0 && <small class="dim">{arrow} {show(Math.abs(change))}</small>}
      </div>
      <div
        class="plot"
        role="img"
        aria-label={`${series.name} over ${series.y.length} values, latest ${show(latest)}`}
        data-plot={JSON.stringify(series)}
      />
    </div>
  );
}
