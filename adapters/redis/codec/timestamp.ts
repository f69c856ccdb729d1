/** Event times as `google.protobuf.Timestamp`. @module */
import { ProtobufReader, ProtobufWriter } from "./protobuf.ts";

/** An instant as seconds and nanoseconds; parts that are zero are left out. */
export function encodeTimestamp(time: Date): Uint8Array {
  const ms = time.getTime();
  const seconds = Math.floor(ms / 1000);
  const nanos = (ms - seconds * 1000) * 1e6;
  const message = new ProtobufWriter(16);
  if (seconds !== 0) message.tag(1, 0).varint(seconds);
  if (nanos !== 0) message.tag(2, 0).varint(nanos);
  return message.copy();
}

/** The instant, without what is finer than a millisecond. */
export function decodeTimestamp(bytes: Uint8Array): Date {
  const reader = new ProtobufReader(bytes);
  let [seconds, nanos] = [0, 0];
  while (!reader.isAtEnd) {
    const { field } = reader.tag();
    const value = Number(reader.varint());
    if (field === 1) seconds = value;
    else if (field === 2) nanos = value;
  }
  return new Date(seconds * 1000 + Math.floor(nanos / 1e6));
}
