/// <reference lib="dom" />
// Buttons that start and steer backfills.
import { post, toast } from "./act.ts";

interface Started {
  readonly backfill: string;
  readonly created: boolean;
  readonly slices: number;
  readonly runs: number;
}

const many = (n: number, noun: string) => `${n} ${noun}${n === 1 ? "" : "s"}`;

/** Starts a backfill of all slices of an asset that are missing or failed. */
async function fill(asset: string): Promise<void> {
  const request = { assets: [asset], only: ["missing", "failed"], triggeredBy: "ui" };
  const started = await post<Started>("/api/v1/backfills", request);
  if (started === undefined) return;
  const { backfill, created, slices, runs } = started;
  const word = created ? `Started backfill ${backfill}` : `Backfill ${backfill} goes on already`;
  const text = `${word}, ${many(slices, "slice")} in ${many(runs, "run")}`;
  toast(text, { href: `/backfills#backfill-${backfill}` });
}

/** Pauses, resumes or cancels; `done` is called when it did. */
async function steer(backfill: string, action: string, done: () => void): Promise<void> {
  const path = `/api/v1/backfills/${encodeURIComponent(backfill)}/${action}`;
  if (await post<object>(path, {}) !== undefined) done();
}

/** Does what a click on such a button asks for. */
export function listenForBackfills(changed: () => void): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as HTMLElement).closest<HTMLElement>(
      "[data-fill],[data-backfill-action]",
    );
    const { fill: asset, backfill, backfillAction } = button?.dataset ?? {};
    if (asset !== undefined) void fill(asset);
    if (backfill !== undefined && backfillAction !== undefined) {
      void steer(backfill, backfillAction, changed);
    }
  });
}
