import type { JSX } from "hono/jsx/jsx-runtime";

const shapes = {
  home: "M3 9.5 10 3.5l7 6M5 8.500V16.500h10V8.500",
  lineage: "M3 4h5v4H3zM12 3h5v4h-5zM12 13h5v4h-5zM8 6h2v9h2M10 5h2",
  asset: "M10 2.5 17 6v8l-7 3.5L3 14V6zM3 6l7 3.5L17 6M10 9.5v8",
  runs: "M3 5h7M6 10h9M9 15h8",
  clock: "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM10 6v4l3 2",
  quality: "M4 10.5 8 14.5 16 5.5",
  events: "M3 5h14v10H3zM3 6l7 5 7-5",
  alert: "M10 3 18 17H2zM10 8v4M10 14.500v.2",
  workers: "M3 4h14v5H3zM3 11h14v5H3zM6 6.500h.2M6 13.500h.2",
  key: "M7 9.5a3.500 3.500 0 1 0 0 7 3.500 3.500 0 0 0 0-7zM9.500 10.500 17 3M14 6l2.500 2.500",
  play: "M6 4l10 6-10 6z",
  search: "M9 3a6 6 0 1 0 0 12A6 6 0 0 0 9 3zM13.5 13.5 17.5 17.5",
  moon: "M16 12A7 7 0 0 1 8 4a6.5 6.500 0 1 0 8 8z",
} as const;

/** The name of a drawing. */
export type IconName = keyof typeof shapes;

/** A small drawing that says nothing to a screen reader: words stand beside it. */
export function Icon({ name }: { readonly name: IconName }): JSX.Element {
  return (
    <svg viewBox="0 0 20 20" class="ico" aria-hidden="true">
      <path d={shapes[name]} />
    </svg>
  );
}

/** The mark of the house. */
export function Brand(): JSX.Element {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <defs>
        <linearGradient id="brand" x1="0" y1="0" x2="1" y2="1">
          <stop offset="0" stop-color="#38d6b5" />
          <stop offset=".55" stop-color="#4c8dff" />
          <stop offset="1" stop-color="#8d6bff" />
        </linearGradient>
      </defs>
      <g fill="none" stroke="url(#brand)" stroke-linecap="round">
        <path d="M3 19C6 9 9 5 12 5s6 4 9 14" stroke-width="3" />
        <path d="M8.5 19c1-4.500 2-6.500 3.500-6.500s2.500 2 3.500 6.500" stroke-width="2.200" />
      </g>
    </svg>
  );
}

/** The mark as a file of its own, for the tab. */
export const favicon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">
<defs><linearGradient id="b" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="#38d6b5"/>
<stop offset=".55" stop-color="#4c8dff"/><stop offset="1" stop-color="#8d6bff"/></linearGradient></defs>
<g fill="none" stroke="url(#b)" stroke-linecap="round"><path d="M3 19C6 9 9 5 12 5s6 4 9 14" stroke-width="3"/>
<path d="M8.5 19c1-4.500 2-6.500 3.500-6.500s2.500 2 3.500 6.500" stroke-width="2.200"/></g></svg>`;
