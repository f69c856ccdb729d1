import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

/** Writes the fields of one message. */
export type Fields = (writer: BinaryWriter) => void;

/** Numbers of a tensor. */
export type TensorValues = Float32Array | BigInt64Array | Uint8Array;

/** Types of tensors by their ONNX number. */
export const TENSOR_TYPE = { float: 1, uint8: 2, int64: 7 } as const;

/** A named attribute of an operator. */
export type Attribute = readonly [name: string, value: AttributeValue];

/** Values that attributes take: the kind is the field of ONNX's AttributeProto. */
export type AttributeValue =
  | { readonly int: number }
  | { readonly text: string }
  | { readonly tensor: Fields }
  | { readonly floats: readonly number[] }
  | { readonly ints: readonly number[] }
  | { readonly texts: readonly string[] };

/** The bytes of a whole message. */
export function encoded(fields: Fields): Uint8Array {
  const writer = new BinaryWriter();
  fields(writer);
  return writer.finish();
}

/** A message within a message. */
export function message(writer: BinaryWriter, field: number, fields: Fields): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  fields(writer);
  writer.join();
}

/** A text field. */
export function text(writer: BinaryWriter, field: number, value: string): void {
  writer.tag(field, WireType.LengthDelimited).string(value);
}

/** An integer field. */
export function int(writer: BinaryWriter, field: number, value: number): void {
  writer.tag(field, WireType.Varint).int64(value);
}

/** A TensorProto. */
export function tensor(
  type: keyof typeof TENSOR_TYPE,
  shape: readonly number[],
  values: TensorValues,
  name = "",
): Fields {
  return (writer) => {
    for (const size of shape) int(writer, 1, size);
    int(writer, 2, TENSOR_TYPE[type]);
    if (name !== "") text(writer, 8, name);
    writer.tag(9, WireType.LengthDelimited).bytes(bytesOf(values));
  };
}

/** A NodeProto: an operator with its inputs and outputs. */
export function operator(
  name: string,
  edges: { readonly from: readonly string[]; readonly to: string },
  o: { readonly domain?: string; readonly attributes?: readonly Attribute[] } = {},
): Fields {
  return (writer) => {
    for (const input of edges.from) text(writer, 1, input);
    text(writer, 2, edges.to);
    text(writer, 3, `${name}_${edges.to}`);
    text(writer, 4, name);
    for (const item of o.attributes ?? []) message(writer, 5, attribute(item));
    if (o.domain !== undefined) text(writer, 7, o.domain);
  };
}

/** A ValueInfoProto: an input or output; a text is a size that is known only when it runs. */
export function edge(name: string, shape: readonly (number | string)[]): Fields {
  return (writer) => {
    text(writer, 1, name);
    message(writer, 2, (type) =>
      message(type, 1, (tensorType) => {
        int(tensorType, 1, TENSOR_TYPE.float);
        message(tensorType, 2, (sizes) => {
          for (const size of shape) {
            message(
              sizes,
              1,
              (one) => typeof size === "number" ? int(one, 1, size) : text(one, 2, size),
            );
          }
        });
      }));
  };
}

function attribute([name, value]: Attribute): Fields {
  return (writer) => {
    text(writer, 1, name);
    int(writer, 20, attributeBody(writer, value));
  };
}

/** Writes the value; gives the number of its kind in AttributeProto.AttributeType. */
function attributeBody(writer: BinaryWriter, value: AttributeValue): number {
  if ("int" in value) {
    int(writer, 3, value.int);
    return 2;
  }
  if ("text" in value) {
    text(writer, 4, value.text);
    return 3;
  }
  if ("tensor" in value) {
    message(writer, 5, value.tensor);
    return 4;
  }
  if ("floats" in value) {
    writer.tag(7, WireType.LengthDelimited).bytes(bytesOf(Float32Array.from(value.floats)));
    return 6;
  }
  if ("ints" in value) {
    message(writer, 8, (packed) => value.ints.forEach((item) => packed.int64(item)));
    return 7;
  }
  for (const item of value.texts) text(writer, 9, item);
  return 8;
}

function bytesOf(values: TensorValues): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
