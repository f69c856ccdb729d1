import { type Asset, asset, define, external, newest, partitions } from "engine";
import { fingerprint } from "../../../engine/graph/fingerprint.ts";
import { readings } from "../../../engine/decide/inputs.ts";
import type { SliceState, StepError } from "../../../engine/ledger/records.ts";

/** Midday after three whole days. */
export const now = new Date("2025-01-04T12:00:00Z");

/** A source, two daily assets in a chain, and one six-hourly that reads the newest day. */
export function graph(version = "1") {
  const daily = partitions.daily({ start: "2025-01-01" });
  const sixHourly = partitions.hours({ start: "2025-01-01T00", every: 6 });
  const source = external({ name: "source/users", observe: () => 1 });
  const features = asset({
    name: "features/activity",
    deps: { source },
    partitions: daily,
    version,
    materialize: ({ source }) => source,
  });
  const model = asset({
    name: "models/mood",
    deps: { features },
    partitions: daily,
    materialize: ({ features }) => features,
  });
  const online = asset({
    name: "online/mood",
    deps: { model: newest(model) },
    partitions: sixHourly,
    materialize: ({ model }) => model,
  });
  return {
    source,
    features,
    model,
    online,
    definitions: define({ source, features, model, online }),
  };
}

/** What a ledger would say after everything given had been built, upstream first. */
export class Remembered {
  readonly #states = new Map<string, SliceState>();
  #version = 0n;

  /** Everything that is remembered. */
  get slices(): readonly SliceState[] {
    return [...this.#states.values()];
  }

  /** Builds slices as they are declared, reading what is visible. */
  build(asset: Asset, partition: string, data: string, at = "2025-01-04T06:02:00Z"): this {
    const key = asset.partitions.parse(partition);
    const inputs = readings(asset, key, now).flatMap((r) => {
      const visible = r.as === "order" ? [] : r.partitions.filter((p) => this.visible(r.up, p));
      return (r.as === "newest" ? visible.slice(-1) : visible).map((p) => ({
        input: r.input,
        asset: r.up.name,
        partition: p,
        version: String(this.visible(r.up, p)!.version),
        dataVersion: this.visible(r.up, p)!.dataVersion,
      }));
    });
    const version = ++this.#version;
    return this.put(asset, partition, {
      visible: {
        asset: asset.name,
        partition,
        version,
        at: new Date(at),
        run: "1",
        step: 0,
        durationMs: 10,
        ...fingerprint(asset),
        dataVersion: data,
        inputs,
        metadata: {},
        published: true,
      },
      last: { state: "success", at: new Date(at), run: "1" },
      error: null,
      inFlight: null,
    });
  }

  /** Lets the last attempt of a slice fail. */
  fail(asset: Asset, partition: string, message: string, run = "2"): this {
    const error: StepError = { message, causes: [], stack: null };
    const last = { state: "failed", at: new Date("2025-01-04T07:00:00Z"), run } as const;
    return this.put(asset, partition, { last, error });
  }

  /** Overwrites parts of what is remembered of a slice. */
  put(asset: Asset, partition: string, state: Partial<SliceState>): this {
    const id = `${asset.name} ${partition}`;
    const before = this.#states.get(id) ??
      { asset: asset.name, partition, visible: null, last: null, error: null, inFlight: null };
    this.#states.set(id, { ...before, ...state });
    return this;
  }

  /** The visible version of a slice. */
  visible(asset: Asset, partition: string): SliceState["visible"] {
    return this.#states.get(`${asset.name} ${partition}`)?.visible ?? null;
  }
}

/** The newest slices of everything, built in order. */
export function builtNewest(g: ReturnType<typeof graph>): Remembered {
  return new Remembered()
    .build(g.source, "", "s1")
    .build(g.features, "2025-01-03", "f1")
    .build(g.model, "2025-01-03", "m1")
    .build(g.online, "2025-01-04T06", "o1");
}
