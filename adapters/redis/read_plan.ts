/** How features are read: by one HMGET an entity. @module */
import type { FeatureValue, FeatureView, StoredRow } from "engine";
import { entityKeys, fieldKey, timeField } from "./codec/keys.ts";
import { decodeTimestamp } from "./codec/timestamp.ts";
import { decodeValue } from "./codec/value.ts";
import { bulk, type Frame, FrameWriter } from "./frames.ts";

/** How all views of one join key are read: by one HMGET an entity. */
export interface ReadPlan {
  frame(entity: string): Frame;
  /** Puts what a reply holds into `found`; views that were never written stay out. */
  take(reply: readonly (Uint8Array | null)[], found: Map<FeatureView, StoredRow>): void;
}

/** Plans for views of any join keys. */
export function readPlans(
  project: string,
  views: readonly FeatureView[],
  slotOf: (key: Uint8Array) => number,
): ReadPlan[] {
  return [...Map.groupBy(views, (view) => view.entity)]
    .map(([entity, group]) => readPlan(entityKeys(entity, project), slotOf, group));
}

function readPlan(
  keyOf: (entity: string) => Uint8Array,
  slotOf: (key: Uint8Array) => number,
  views: readonly FeatureView[],
): ReadPlan {
  const names = fieldNames(views);
  const head = bulk("HMGET");
  const tail = names.map(bulk);
  const writer = new FrameWriter();
  return {
    frame(value) {
      const key = keyOf(value);
      writer.begin(2 + names.length).raw(head).bulk(key);
      for (const name of tail) writer.raw(name);
      return { slot: slotOf(key), bytes: writer.frame() };
    },
    take(reply, found) {
      let at = 0;
      for (const view of views) {
        const time = reply[at];
        const first = at + 1;
        at = first + view.fields.length;
        if (!time) continue;
        found.set(view, {
          eventTime: decodeTimestamp(time),
          value: (name) => valueAt(reply, first + view.fields.findIndex((f) => f.name === name)),
        });
      }
    },
  };
}

function valueAt(reply: readonly (Uint8Array | null)[], index: number): FeatureValue | undefined {
  const bytes = reply[index];
  return bytes ? decodeValue(bytes) : undefined;
}

/**
 * Event time and features of each view.
 * @throws {RangeError} If two features hash to one field: four bytes are not many.
 */
function fieldNames(views: readonly FeatureView[]): Uint8Array[] {
  const taken = new Map<string, string>();
  const names: Uint8Array[] = [];
  for (const view of views) {
    names.push(timeField(view.name));
    for (const field of view.fields) {
      const feature = `${view.name}:${field.name}`;
      const name = fieldKey(view.name, field.name);
      const other = taken.get(name.toHex());
      if (other !== undefined && other !== feature) {
        throw new RangeError(
          `Cannot read features: "${other}" and "${feature}" have the same hash, rename one`,
        );
      }
      taken.set(name.toHex(), feature);
      names.push(name);
    }
  }
  return names;
}
