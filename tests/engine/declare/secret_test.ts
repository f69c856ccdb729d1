import { assertEquals, assertThrows } from "@std/assert";
import { masked, maskedJson, secret, secretsFromEnv } from "engine";

Deno.test("masked() hides a secret in every way of writing it", () => {
  const key = secret('p@ss "word"/1');
  assertEquals(masked(`key ${key}!`), "key ***!");
  assertEquals(masked(JSON.stringify({ key })), '{"key":"***"}');
  assertEquals(masked(`?key=${encodeURIComponent(key)}&x=1`), "?key=***&x=1");
  assertEquals(masked(`Authorization: ${btoa(key)}`), "Authorization: ***");
  const pem = secret("-----BEGIN KEY-----\nMIIEvQIBADANBgkqhki\n-----END KEY-----");
  assertEquals(masked(`read ${pem}`), "read ***");
  assertEquals(masked("MIIEvQIBADANBgkqhki"), "***");
});

Deno.test("masked() hides a secret that contains another one whole", () => {
  secret("inner-4711");
  secret("outer-inner-4711-outer");
  assertEquals(masked("outer-inner-4711-outer inner-4711"), "*** ***");
});

Deno.test("masked() hides passwords in addresses that nobody told of, also short ones", () => {
  assertEquals(
    masked("cannot reach postgres://me:pw@db:5432/life, nor redis://:x@cache"),
    "cannot reach postgres://me:***@db:5432/life, nor redis://:***@cache",
  );
  assertEquals(
    masked("https://docs.rs/a:b see mail@example.org"),
    "https://docs.rs/a:b see mail@example.org",
  );
});

Deno.test("masked() leaves the address of an example as it is", () => {
  const example = "it must be like postgres://user:password@host:5432/name";
  assertEquals(masked(example), example);
  assertEquals(masked("postgres://user:passwords@host"), "postgres://user:***@host");
  assertEquals(masked("postgres://me:password@host"), "postgres://me:***@host");
});

Deno.test("secret() refuses what would be found in the middle of words", () => {
  assertThrows(() => secret("abc"), RangeError, "Cannot keep a secret of 3 characters");
  assertThrows(() => secret("    "), RangeError, "of 0 characters");
});

Deno.test("secretsFromEnv() knows names, addresses and what it is told", () => {
  const short = secretsFromEnv({
    DATABASE_URL: "postgres://me:data%40base-pass@db/life",
    LOCAL_URL: "postgres://aurora_local:aurora_local@db/aurora",
    AURORA_SMTP_URL: "smtp://post:mail-pass@host:587",
    AURORA_WEBHOOK_URL: "https://hooks.example.org/services/T000/B000/XYZZY",
    AURORA_WEBHOOK_SECRET: "signing-key-1",
    SERVICE_TOKEN: "tok-12345",
    PIN_SECRET: "12",
    OTHER: "told-by-resource",
    PLAIN: "nothing-secret",
    EMPTY_SECRET: "",
  }, ["OTHER"]);
  assertEquals(short, ["PIN_SECRET"]);
  const text = "data@base-pass data%40base-pass mail-pass services/T000/B000/XYZZY signing-key-1 " +
    "tok-12345 told-by-resource";
  assertEquals(masked(text), "*** *** *** *** *** *** ***");
  assertEquals(masked("aurora_local nothing-secret"), "aurora_local nothing-secret");
});

Deno.test("secretsFromEnv() knows what stands in variables of headers", () => {
  const headers =
    "authorization=Bearer%20of-the-collector, x-tenant=short-name,x-api-key=own-key," +
    "x-vendor-team=0123456789abcdef";
  assertEquals(secretsFromEnv({ OTEL_EXPORTER_OTLP_HEADERS: headers }), []);
  const text = "Bearer of-the-collector of-the-collector own-key 0123456789abcdef short-name";
  assertEquals(masked(text), "*** *** *** *** short-name");
});

Deno.test("maskedJson() masks texts, names and what is named as a secret, and keeps only JSON", () => {
  secret("field-secret-9");
  const round: Record<string, unknown> = { n: 1 };
  round["self"] = round;
  assertEquals(
    maskedJson({
      a: ["field-secret-9", 1, null, true],
      apiToken: "x",
      tokens: 12,
      "by field-secret-9": new Date(0),
      big: 10n,
      not: Number.NaN,
      why: new TypeError("field-secret-9 is wrong"),
      absent: undefined,
      round,
    }),
    {
      a: ["***", 1, null, true],
      apiToken: "***",
      tokens: 12,
      "by ***": "1970-01-01T00:00:00.000Z",
      big: "10",
      not: "NaN",
      why: "TypeError: *** is wrong",
      round: { n: 1, self: "(contains itself)" },
    },
  );
  const many = JSON.stringify(maskedJson(Array.from({ length: 1e5 }, (_, i) => i)));
  assertEquals(many.length < 10_000, true);
});
