import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { FEATURES_KEY } from "./model.ts";

/**
 * Reads the metadata that stands in an ONNX model, without a runtime.
 *
 * @throws {TypeError} If the bytes are no protobuf message.
 */
export function onnxMetadata(onnx: Uint8Array): ReadonlyMap<string, string> {
  const entries = new Map<string, string>();
  const reader = new BinaryReader(onnx);
  try {
    while (reader.pos < reader.len) {
      const [field, type] = reader.tag();
      if (field === 14 && type === WireType.LengthDelimited) {
        const [key, value] = entry(reader.bytes());
        entries.set(key, value);
      } else reader.skip(type, field);
    }
  } catch (cause) {
    throw new TypeError(`Cannot read ONNX model of ${onnx.length} bytes: it is no protobuf`, {
      cause,
    });
  }
  return entries;
}

/** Names of the features in the order of the model's input; undefined if it does not say. */
export function onnxFeatures(onnx: Uint8Array): readonly string[] | undefined {
  const json = onnxMetadata(onnx).get(FEATURES_KEY);
  return json === undefined ? undefined : JSON.parse(json) as readonly string[];
}

function entry(bytes: Uint8Array): [string, string] {
  const reader = new BinaryReader(bytes);
  const parts: [string, string] = ["", ""];
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === 1 || field === 2) parts[field - 1] = reader.string();
    else reader.skip(type, field);
  }
  return parts;
}
