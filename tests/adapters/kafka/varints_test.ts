import { assertEquals } from "@std/assert";
import Encoder from "kafkajs/encoder";
import { writeVarintsInPlace } from "../../../adapters/kafka/varints.ts";

// The driver is not imported here: it would replace what is compared with.
interface Writing {
  readonly buffer: Uint8Array;
  writeVarInt(value: number): Writing;
  writeUVarInt(value: number): Writing;
}
type WritingClass = new (size?: number) => Writing;

const Theirs = Encoder as unknown as WritingClass;
class Ours extends Theirs {}
writeVarintsInPlace(Ours as unknown as Parameters<typeof writeVarintsInPlace>[0]);

const edges = Array.from({ length: 32 }, (_, bit) => 2 ** bit)
  .flatMap((n) => [n - 1, n, n + 1])
  .filter((n) => n < 2 ** 31);

Deno.test("writeVarintsInPlace() writes the bytes that kafkajs writes", () => {
  for (const size of [1, 511]) {
    const [ours, theirs] = [new Ours(size), new Theirs(size)];
    for (const encoder of [ours, theirs]) {
      for (const n of edges) encoder.writeUVarInt(n).writeVarInt(n).writeVarInt(-n);
    }
    assertEquals([...ours.buffer], [...theirs.buffer]);
  }
});

Deno.test("writeVarintsInPlace() replaces what it says, and nothing else", () => {
  assertEquals(Object.getOwnPropertyNames(Ours.prototype), ["constructor", "writeUVarInt"]);
  const prototype = Theirs.prototype as unknown as { readonly [name: string]: unknown };
  assertEquals(typeof prototype["writeUVarInt"], "function", "kafkajs has no such method any more");
});
