import { assertEquals, assertThrows } from "@std/assert";
import type { FeatureType, FeatureValue } from "engine";
import {
  entityKey,
  entityKeys,
  fieldKey,
  timeField,
} from "../../../../adapters/redis/codec/keys.ts";
import { murmur3 } from "../../../../adapters/redis/codec/murmur3.ts";
import { decodeTimestamp, encodeTimestamp } from "../../../../adapters/redis/codec/timestamp.ts";
import { decodeValue, encodeValue } from "../../../../adapters/redis/codec/value.ts";
import golden from "./golden.json" with { type: "json" };

const hex = (bytes: Uint8Array) => bytes.toHex();

Deno.test("entityKey() gives the bytes that Feast gives", () => {
  const string = (value: string) => ({ type: "STRING", value }) as const;
  assertEquals({
    string: hex(entityKey({ user_id: string("u0000001") }, "aurora")),
    utf8: hex(entityKey({ user_id: string("ü1") }, "p")),
    int64: hex(entityKey({ driver: { type: "INT64", value: -7 } }, "p")),
    two: hex(entityKey({ user_id: string("a"), item: { type: "INT32", value: 5 } }, "p")),
  }, golden.keys);
});

Deno.test("entityKeys() gives the same names as entityKey()", () => {
  const keyOf = entityKeys("user_id", "aurora");
  for (const value of ["u0000001", "", "grüß"]) {
    assertEquals(keyOf(value), entityKey({ user_id: { type: "STRING", value } }, "aurora"));
  }
});

Deno.test("murmur3() hashes as mmh3 does, at every length of the tail", () => {
  for (const [text, hash] of golden.hashes as [string, number][]) {
    assertEquals(murmur3(new TextEncoder().encode(text)), hash, text);
  }
});

Deno.test("fieldKey() and timeField() name fields as Feast does", () => {
  for (const { view, feature, hex: bytes } of golden.fields) {
    assertEquals(hex(fieldKey(view, feature)), bytes);
  }
  assertEquals(new TextDecoder().decode(timeField("user_sleep")), "_ts:user_sleep");
});

function shown(type: FeatureType, text: string): FeatureValue {
  if (type.endsWith("_LIST")) return JSON.parse(text);
  if (type === "STRING") return text;
  if (type === "BOOL") return text === "True";
  if (type === "UNIX_TIMESTAMP") return new Date(Number(text) * 1000);
  if (type !== "INT64") return text === "inf" ? Infinity : Number(text);
  return Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text);
}

Deno.test("encodeValue() gives the bytes that Feast gives, and decodeValue() reads them", () => {
  for (const { type, value, hex: bytes } of golden.values) {
    const meant = shown(type as FeatureType, value);
    assertEquals(hex(encodeValue(type as FeatureType, meant)), bytes, `${type} ${value}`);
    assertEquals(decodeValue(Uint8Array.fromHex(bytes)), meant, `${type} ${value}`);
  }
});

Deno.test("a null value is an empty message", () => {
  assertEquals(encodeValue("INT64", null).length, 0);
  assertEquals(decodeValue(new Uint8Array()), null);
});

Deno.test("decodeValue() refuses kinds it does not know and messages cut short", () => {
  assertThrows(() => decodeValue(Uint8Array.fromHex("f80101")), RangeError, "kind 31 is not known");
  assertThrows(() => decodeValue(Uint8Array.fromHex("29000000")), RangeError, "too few");
});

Deno.test("encodeTimestamp() gives the bytes that Feast gives, and decodeTimestamp() reads them", () => {
  for (const { time, hex: bytes } of golden.times) {
    assertEquals(hex(encodeTimestamp(new Date(time))), bytes, time);
    assertEquals(decodeTimestamp(Uint8Array.fromHex(bytes)), new Date(time), time);
  }
});
