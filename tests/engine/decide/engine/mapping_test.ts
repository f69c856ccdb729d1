import { assertEquals } from "@std/assert";
import {
  type PlainMapping,
  readers,
  readsFrom,
  readsTo,
} from "../../../../engine/decide/engine/mod.ts";

const MAPPINGS: readonly PlainMapping[] = [
  { kind: "same" },
  { kind: "all" },
  { kind: "last" },
  { kind: "shift", from: -3, to: -1 },
  { kind: "shift", from: -1, to: 2 },
  { kind: "fan", by: 3 },
  { kind: "part", by: 3 },
  { kind: "mod", by: 3 },
  { kind: "table", at: [0, 2, 2, 5, 7, 9] },
  { kind: "newest", upTo: [0, 0, 2, 3, 3, 6, 9, 9, 9] },
  { kind: "spans", from: [0, 0, 1, 3, 3, 8], to: [1, 4, 4, 5, 6, 9] },
];

Deno.test("readers() gives every reader of what changed: the inverse of readsFrom() and readsTo()", () => {
  for (const mapping of MAPPINGS) {
    for (const [upstream, count] of [[9, 9], [9, 6], [3, 9], [1, 5], [9, 1]] as const) {
      for (let from = 0; from < upstream; from++) {
        for (let to = from + 1; to <= upstream; to++) {
          const found = new Set<number>();
          readers(mapping, { from, to, upstream, readers: count }, (a, b) => {
            for (let p = a; p < b; p++) found.add(p);
          });
          for (let p = 0; p < count; p++) {
            const [low, high] = [readsFrom(mapping, p, upstream), readsTo(mapping, p, upstream)];
            const isReader = low < to && high > from && low < high;
            const what = `${JSON.stringify(mapping)} ${p} of ${count} reads [${from}, ${to})`;
            if (isReader) assertEquals(found.has(p), true, what);
          }
        }
      }
    }
  }
});
