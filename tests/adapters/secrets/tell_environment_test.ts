import { assertEquals } from "@std/assert";
import { masked } from "engine";
import { tellEnvironment } from "../../../adapters/secrets/places.ts";

Deno.test("tellEnvironment() masks the keys and all connections, and says which cannot be used", () => {
  const sentences = tellEnvironment({
    AURORA_KEYS: "planted-key-one=, planted-key-two=",
    AURORA_CONN_ONE: "ftp://me:planted-told-word@h",
    AIRFLOW_CONN_TWO: "planted words",
    OTHER: "ftp-like",
  });
  assertEquals(masked("planted-key-one= planted-key-two= planted-told-word"), "*** *** ***");
  assertEquals(sentences.length, 1);
  assertEquals(sentences[0]!.includes("(it is in AIRFLOW_CONN_TWO)"), true);
  assertEquals(sentences[0]!.includes("planted"), false);
});
