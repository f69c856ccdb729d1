import { assert, assertEquals, assertThrows } from "@std/assert";
import { masked } from "engine";
import { addressOf, awsOf } from "../../../adapters/secrets/address.ts";
import { shownHost } from "../../../adapters/secrets/parts.ts";
import { told } from "../../../adapters/secrets/tell.ts";
import { parseUri } from "../../../adapters/secrets/uri.ts";

const address = (uri: string) => addressOf(parseUri("c", uri));

Deno.test("addressOf() gives what the drivers take", () => {
  const cases: readonly (readonly [uri: string, address: string])[] = [
    [
      "postgresql+psycopg2://u:p%40ss@h:5432/db?sslmode=require&keepalives=1",
      "postgres://u:p%40ss@h:5432/db?sslmode=require",
    ],
    ["postgres://u:pass@%2Fvar%2Frun/db", "postgres://u:pass@localhost/db?host=%2Fvar%2Frun"],
    ["postgres://u@[::1]:5432/db", "postgres://u@[::1]:5432/db"],
    ["redis://:p%3Aw@redis:6379", "redis://:p%3Aw@redis:6379"],
    [
      "redis://redis:6379/?__extra__=%7B%22db%22%3A+2%2C+%22ssl%22%3A+true%7D",
      "rediss://redis:6379/2",
    ],
    ["rediss://redis/1", "rediss://redis/1"],
    [
      "redis://:p@redis?ssl=true&ssl_ca_certs=/ca.pem&ssl_certfile=/c.pem&ssl_keyfile=/k.pem",
      "rediss://:p@redis?ca=%2Fca.pem&cert=%2Fc.pem&key=%2Fk.pem",
    ],
    [
      "redis-sentinel://u:p%40@s1:26379,s2/2?name=mymaster&sentinel_password=q",
      "redis-sentinel://u:p%40@s1:26379,s2/2?name=mymaster&sentinel_password=q",
    ],
    ["rediss-cluster://:p@a,b:7001?ca=/ca.pem", "rediss-cluster://:p@a,b:7001?ca=%2Fca.pem"],
    ["http://api.example.org/https", "https://api.example.org"],
    ["http://https://api.example.org:8443/v1%2Fping", "https://api.example.org:8443/v1/ping"],
    ["https://u:pass@h/x", "https://u:pass@h/x"],
    ["smtp://a%40b.c:pass@mail:587", "smtp://a%40b.c:pass@mail:587"],
    ["smtp://mail:465", "smtps://mail:465"],
  ];
  for (const [uri, wanted] of cases) assertEquals(address(uri), wanted);
});

Deno.test("addressOf() refuses what it would have to ignore", () => {
  assertThrows(
    () => address("postgres://h/db?sslcert=x"),
    TypeError,
    'extra "sslcert" has no meaning here',
  );
  assertThrows(() => address("postgres:///db"), TypeError, "it has no host");
  assertThrows(() => address("redis://h/one"), TypeError, "where a number is due");
  assertThrows(() => address("redis://h/?ssl_cert_reqs=none"), TypeError, "always verified");
  assertThrows(() => address("redis://h/?ssl_check_hostname=false"), TypeError, "always verified");
  assertThrows(
    () => address("mysql://h"),
    TypeError,
    "known of postgres, redis, http and smtp only",
  );
});

Deno.test("awsOf() takes keys, region, endpoint and bucket", () => {
  assertEquals(
    awsOf(
      parseUri("a", "s3://KEY:sec%2Fret@data?endpoint_url=http%3A%2F%2Fs3%3A9000&region_name=eu"),
    ),
    {
      accessKeyId: "KEY",
      secretAccessKey: "sec/ret",
      region: "eu",
      endpoint: "http://s3:9000",
      bucket: "data",
    },
  );
  assertThrows(
    () => awsOf(parseUri("a", "aws://KEY@/")),
    TypeError,
    "it needs the id of an access key",
  );
  assertThrows(
    () => awsOf(parseUri("a", "aws://K:sss1@/?role_arn=x")),
    TypeError,
    "roles are not taken",
  );
});

Deno.test("told() makes password and secret extras known to the masking", () => {
  const extra = encodeURIComponent(JSON.stringify({
    "sasl.password": "told-sasl-1",
    region_name: "told-region",
    keyfile_dict: JSON.stringify({ private_key: "told-private-key" }),
    deep: { list: [{ api_token: "told-api-token" }] },
  }));
  told(parseUri("c", `generic://me:told%26word@h/?__extra__=${extra}`));
  for (
    const secret of [
      "told&word",
      "told%26word",
      "told-sasl-1",
      "told-private-key",
      "told-api-token",
    ]
  ) {
    assertEquals(masked(`it is ${secret}.`), "it is ***.");
  }
  assert(masked("told-region").includes("told-region"), "what is no secret stays");
});

Deno.test("told() refuses a secret that it could not find again", () => {
  assertThrows(
    () => told(parseUri("c", "http://u:abc@h")),
    RangeError,
    "its password is shorter than four",
  );
  told(parseUri("c", "postgres://abc:abc@h/db"));
  assertEquals(masked("abc"), "abc", "a word that is the login too is no secret");
});

Deno.test("shownHost() has no user and no path", () => {
  const cases: readonly (readonly [host: string, shown: string])[] = [
    ["db", "db"],
    ["b1:9092,b2:9092", "b1:9092,b2:9092"],
    ["/var/run/postgres", "/var/run/postgres"],
    ["https://me:planted@api.example.org/services/planted?x=1", "https://api.example.org"],
    ["hooks.example.org/services/planted", "hooks.example.org"],
  ];
  for (const [host, shown] of cases) assertEquals(shownHost(host), shown);
  assertEquals(shownHost(null), null);
});
