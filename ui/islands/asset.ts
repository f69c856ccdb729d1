/// <reference lib="dom" />
// The asset page: plots, and the strip of partitions that arrow keys walk along.
import uPlot from "uplot";
import { all, colour } from "./dom.ts";

interface Series {
  readonly name: string;
  readonly unit: string;
  readonly x: number[];
  readonly y: number[];
}

const height = 118;
/** Seconds on each side of a lone point. */
const HALF_DAY = 43_200;
const plots: uPlot[] = [];

function draw(): void {
  for (const plot of plots.splice(0)) plot.destroy();
  const accent = colour("--accent");
  const dim = colour("--dim");
  const line = colour("--line");
  for (const element of all("[data-plot]")) {
    const series: Series = JSON.parse(element.dataset.plot ?? "");
    const options = optionsOf(series, element.clientWidth, { accent, dim, line });
    plots.push(new uPlot(options, [series.x, series.y], element));
  }
}

interface Colours {
  readonly accent: string;
  readonly dim: string;
  readonly line: string;
}

function optionsOf(series: Series, width: number, { accent, dim, line }: Colours): uPlot.Options {
  const font = "11px Inter, system-ui, sans-serif";
  return {
    width,
    height,
    padding: [6, 8, 0, 0],
    cursor: { sync: { key: "plots" }, points: { size: 7 } },
    legend: { show: false },
    scales: { x: { range: (plot, from, to) => spanOf(plot.data[0], from, to) } },
    axes: [
      {
        stroke: dim,
        font,
        size: 22,
        space: 80,
        grid: { show: false },
        ticks: { show: false },
        values: (_plot, splits) => splits.map(day),
      },
      {
        stroke: dim,
        font,
        size: 50,
        space: 32,
        grid: { stroke: line, width: 1 },
        ticks: { show: false },
        values: (_plot, splits) => splits.map((value) => short(value, series.unit)),
      },
    ],
    series: [{}, {
      stroke: accent,
      width: 1.75,
      points: { show: series.x.length < 3 },
      fill: (plot) => fade(plot, accent),
    }],
  };
}

/** A lone point stands in the middle of its day: uPlot would give it two years. */
function spanOf(x: ArrayLike<number>, from: number, to: number): [number, number] {
  const [first, last] = [x[0], x[x.length - 1]];
  if (first === undefined || first !== last) return [from, to];
  return [first - HALF_DAY, first + HALF_DAY];
}

function fade(plot: uPlot, accent: string): CanvasGradient {
  const gradient = plot.ctx.createLinearGradient(0, 0, 0, plot.bbox.height);
  const of = (alpha: number) => accent.replace(/rgb\((.*)\)/, `rgba($1,${alpha})`);
  gradient.addColorStop(0, of(0.22));
  gradient.addColorStop(1, of(0));
  return gradient;
}

function day(seconds: number): string {
  return new Date(seconds * 1000)
    .toLocaleDateString("en", { day: "numeric", month: "short", timeZone: "UTC" });
}

function short(value: number, unit: string): string {
  if (unit === "ms") return value >= 1000 ? `${+(value / 1000).toPrecision(3)} s` : `${value} ms`;
  if (Math.abs(value) >= 10_000) return `${+(value / 1000).toPrecision(4)}k`;
  return String(+value.toPrecision(4));
}

function choose(strip: HTMLElement, option: HTMLElement): void {
  for (const other of all("[aria-selected=true]", strip)) {
    other.setAttribute("aria-selected", "false");
  }
  option.setAttribute("aria-selected", "true");
  strip.setAttribute("aria-activedescendant", option.id);
  const said = document.querySelector("#part-chosen");
  if (said !== null) said.textContent = option.dataset.say ?? "";
  const picker = document.querySelector<HTMLSelectElement>("select[name=partition]");
  if (picker !== null && option.dataset.key !== undefined) picker.value = option.dataset.key;
}

document.addEventListener("keydown", (event) => {
  const strip = document.activeElement;
  if (!(strip instanceof HTMLElement) || strip.id !== "parts") return;
  const options = all("[role=option]", strip);
  const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  const steps: Record<string, number> = {
    ArrowLeft: at - 1,
    ArrowRight: at + 1,
    Home: 0,
    End: options.length - 1,
    PageUp: at - 7,
    PageDown: at + 7,
  };
  const to = steps[event.key];
  if (to === undefined) return;
  event.preventDefault();
  const option = options[Math.max(0, Math.min(options.length - 1, to))];
  if (option !== undefined) choose(strip, option);
});
document.addEventListener("click", (event) => {
  const option = (event.target as HTMLElement).closest<HTMLElement>("#parts [role=option]");
  const strip = option?.parentElement;
  if (option && strip) choose(strip, option);
});
addEventListener("themechange", draw);
addEventListener("refreshed", draw);
addEventListener("resize", () => {
  for (const plot of plots) {
    plot.setSize({ width: plot.root.parentElement?.clientWidth ?? 200, height });
  }
});
draw();
