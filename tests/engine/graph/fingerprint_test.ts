import { assertEquals, assertNotEquals } from "@std/assert";
import { asset, define, newest, partitions } from "engine";
import {
  canonicalJson,
  codeCause,
  dataVersionOf,
  fingerprint,
  useCodeFingerprints,
} from "../../../engine/graph/fingerprint.ts";

const daily = partitions.daily({ start: "2025-01-01" });
const up = asset({ name: "up", partitions: daily, materialize: () => 1 });

Deno.test("fingerprint() ignores layout and what people are told", () => {
  const a = asset({
    name: "a",
    materialize() {
      const one = 1;
      return one;
    },
  });
  const b = { ...a, code: a.code.replaceAll(" ", "\n   "), description: "x", owners: ["ml"] };
  assertEquals(fingerprint(a), fingerprint(b));
  assertEquals(fingerprint(a).code.length, 16);
});

Deno.test("fingerprint() changes with code, version, config and the rule of a dep", () => {
  const base = asset({ name: "a", materialize: () => 1 });
  const code = asset({ name: "a", materialize: () => 2 });
  const version = asset({ name: "a", version: "2", materialize: () => 1 });
  const config = asset({ name: "a", config: { days: 7 }, materialize: () => 1 });
  assertNotEquals(fingerprint(code).code, fingerprint(base).code);
  assertEquals(fingerprint(code).config, fingerprint(base).config);
  assertNotEquals(fingerprint(version).code, fingerprint(base).code);
  assertNotEquals(fingerprint(config).config, fingerprint(base).config);
  const same = asset({ name: "a", deps: { up }, partitions: daily, materialize: () => 1 });
  const last = asset({
    name: "a",
    deps: { up: newest(up) },
    partitions: daily,
    materialize: () => 1,
  });
  assertNotEquals(fingerprint(same).config, fingerprint(base).config);
  assertNotEquals(fingerprint(same).config, fingerprint(last).config);
});

Deno.test("canonicalJson() does not depend on the order of keys", () => {
  assertEquals(
    canonicalJson({ b: 1, a: [{ d: null, c: "é" }] }),
    '{"a":[{"c":"é","d":null}],"b":1}',
  );
});

Deno.test("dataVersionOf() is the digest of a handle, else of the content", () => {
  const handle = { table: "features.user_activity", version: "1", rows: 5, digest: "abc" };
  assertEquals(dataVersionOf(handle), "abc");
  assertEquals(dataVersionOf({ ...handle, version: "2" }), "abc");
  assertNotEquals(dataVersionOf({ table: "t", version: "1", rows: 5 }), dataVersionOf(5));
  assertEquals(dataVersionOf({ a: 1, b: 2 }), dataVersionOf({ b: 2, a: 1 }));
  assertNotEquals(dataVersionOf({ digest: "abc" }), "abc");
});

Deno.test("useCodeFingerprints() replaces the text of the function where the code is known", () => {
  const known = asset({ name: "known", materialize: () => 1 });
  const unknown = asset({ name: "unknown", materialize: () => 1 });
  const before = [fingerprint(known), fingerprint(unknown)];
  useCodeFingerprints(define({ known, unknown }), {
    codeOf: (name) => name === "known" ? "fp1:x" : undefined,
  });
  assertEquals(fingerprint(known), { ...before[0]!, code: "fp1:x" });
  assertEquals(fingerprint(unknown), before[1]);
});

Deno.test("codeCause() names what changed where that is known, and what cannot be compared", () => {
  const a = asset({ name: "a", materialize: () => 1 });
  useCodeFingerprints(define({ a }), {
    codeOf: () => "fp1:new",
    changeOf: (_, before) => before === "fp1:old" ? "`smooth` (lib/stats.ts) changed" : undefined,
  });
  assertEquals(codeCause(a, "fp1:old"), "the code changed: `smooth` (lib/stats.ts) changed");
  assertEquals(codeCause(a, "fp1:older"), "the code changed");
  const past = "the code was recorded in another way and cannot be compared";
  assertEquals(codeCause(a, "0123456789abcdef"), past);
});
