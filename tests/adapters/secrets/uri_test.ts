import { assertEquals, assertThrows } from "@std/assert";
import { parseConnection, printConnection } from "../../../adapters/secrets/airflow_json.ts";
import { parseUri, printUri } from "../../../adapters/secrets/uri.ts";
import { golden } from "./golden.ts";

Deno.test("parseUri() reads addresses as Airflow does", () => {
  for (const { uri, fields } of [...golden.printed, ...golden.parsed]) {
    assertEquals(printConnection(parseUri("c", uri)), fields, uri);
  }
});

Deno.test("printUri() is read again as what it was, in all cases of Airflow", () => {
  for (const { fields } of [...golden.printed, ...golden.parsed]) {
    const connection = parseConnection("c", fields);
    assertEquals(parseUri("c", printUri(connection)), connection, JSON.stringify(fields));
  }
});

Deno.test("parseUri() reads several brokers of Kafka and drivers behind a plus", () => {
  assertEquals(parseUri("k", "kafka://b1:9092,b2:9093").host, "b1:9092,b2:9093");
  assertEquals(parseUri("p", "postgresql+psycopg2://u@h/db").kind, "postgres");
  assertEquals(parseUri("h", "http://h/?to=http://other").extra, { to: "http://other" });
});

const REFUSED: readonly (readonly [uri: string, why: string])[] = [
  ["plain words", 'does not begin like "postgres://"'],
  ["postgres:/u:planted@h", 'does not begin like "postgres://"'],
  ["postgres://u:planted#x@h/db", 'a "#" must be written as "%23"'],
  ["postgres://u:planted%zz@h/db", 'the password has a "%" that begins no escape'],
  ["postgres://u:planted/x@h/db", "its port is not a whole number"],
  ["postgres://u:planted@h:99999/db", "its port is not a whole number"],
  ["postgres://u:planted@h:5432:1/db", 'the host has several ":"'],
  ["postgres://u:planted://x@h/db", '"://" stands where it has no meaning'],
  ["postgres://h/?__extra__=planted", "its __extra__ is not a JSON object"],
  ["postgres://h/?__extra__=%5B1%5D", "its __extra__ is not a JSON object"],
];

Deno.test("parseUri() says which part it cannot read, and not what is in it", () => {
  for (const [uri, why] of REFUSED) {
    const error = assertThrows(() => parseUri("c", uri), SyntaxError, why);
    assertEquals(error.message.includes("planted"), false, error.message);
  }
  assertThrows(
    () => parseUri("no spaces", "http://h"),
    SyntaxError,
    'Cannot name a connection "no spaces"',
  );
});

Deno.test("parseConnection() reads what Airflow exports", () => {
  const exported = JSON.parse(golden.exported.json) as Record<string, unknown>;
  for (const [i, { fields }] of golden.printed.entries()) {
    const inFile = parseConnection("c", exported[`c${i}`]);
    assertEquals(printConnection(inFile), fields);
    assertEquals(parseConnection("c", JSON.stringify(exported[`c${i}`])), inFile);
  }
});

Deno.test("parseConnection() says which field it cannot read, and not what is in it", () => {
  const cases: readonly (readonly [given: unknown, why: string])[] = [
    [7, "neither an address nor an object"],
    [["planted"], "neither an address nor an object"],
    ['{"planted"', "begins like JSON and is none"],
    [{ host: "h" }, 'no "conn_type"'],
    [{ conn_type: "a b" }, "not a word"],
    [{ conn_type: "http", passwort: "planted" }, 'a field "passwort"'],
    [{ conn_type: "http", password: ["planted"] }, '"password" is a list'],
    [{ conn_type: "http", port: "planted" }, "port is not a whole number"],
    [{ conn_type: "http", extra: "planted" }, '"extra" is not a JSON object'],
  ];
  for (const [given, why] of cases) {
    const error = assertThrows(() => parseConnection("c", given), SyntaxError, why);
    assertEquals(error.message.includes("planted"), false, error.message);
  }
});
