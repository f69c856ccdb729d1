/** Calls of the script that writes rows of one view. @module */
import type { FeatureView, OnlineRow } from "engine";
import { batches } from "./batches.ts";
import { entityKeys, fieldKey, timeField } from "./codec/keys.ts";
import { ProtobufWriter } from "./codec/protobuf.ts";
import { encodeTimestamp } from "./codec/timestamp.ts";
import { writeValue } from "./codec/value.ts";
import { bulk, type Frame, FrameWriter } from "./frames.ts";
import { NEWER_WINS_SHA } from "./newer_wins.ts";

/** Rows of one script call: some 2 ms in which Redis serves nobody else. */
const ROWS_A_CALL = 250;
/** Rows of one write to the socket. */
const ROWS_A_SEND = 8000;

/** A call of the script. */
export interface Call extends Frame {
  readonly rows: number;
}

/** Calls that are sent together. */
export function* sends(calls: Iterable<Call>): Generator<Call[]> {
  let [some, rows]: [Call[], number] = [[], 0];
  for (const call of calls) {
    if (rows + call.rows > ROWS_A_SEND) {
      yield some;
      [some, rows] = [[], 0];
    }
    some.push(call);
    rows += call.rows;
  }
  if (some.length > 0) yield some;
}

/** Calls of the script for rows of any event times: rows of one time and one slot share calls. */
export function* scriptCalls(
  view: FeatureView,
  rows: readonly OnlineRow[],
  o: {
    readonly project: string;
    readonly overwrite: boolean;
    readonly slotOf: (key: Uint8Array) => number;
  },
): Generator<Call> {
  const keyOf = entityKeys(view.entity, o.project);
  const names = view.fields.map((field) => bulk(fieldKey(view.name, field.name)));
  const command = [bulk("EVALSHA"), bulk(NEWER_WINS_SHA)];
  const settings = [o.overwrite ? "1" : "0", String(view.ttl), timeField(view.name)].map(bulk);
  const frame = new FrameWriter(ROWS_A_CALL * 256);
  const scratch = new ProtobufWriter();
  for (const [time, group] of Map.groupBy(rows, (row) => row.eventTime.getTime())) {
    const stamp = bulk(encodeTimestamp(new Date(time)));
    const keyed = group.map((row) => ({ row, key: keyOf(row.entity) }));
    for (const [slot, together] of Map.groupBy(keyed, ({ key }) => o.slotOf(key))) {
      for (const some of batches(together, ROWS_A_CALL)) {
        frame.begin(8 + names.length + some.length * (1 + names.length));
        for (const part of [...command, bulk(String(some.length))]) frame.raw(part);
        for (const { key } of some) frame.bulk(key);
        for (const part of [...settings, stamp, bulk(String(names.length)), ...names]) {
          frame.raw(part);
        }
        for (const { row } of some) writeFeatures(frame, scratch, view, row);
        yield { slot, rows: some.length, bytes: frame.frame() };
      }
    }
  }
}

function writeFeatures(
  frame: FrameWriter,
  scratch: ProtobufWriter,
  view: FeatureView,
  row: OnlineRow,
): void {
  for (const field of view.fields) {
    const value = row.values[field.name] ?? null;
    scratch.clear();
    writeValue(scratch, field.type, value);
    frame.bulk(scratch.written);
  }
}
