import { assertEquals } from "@std/assert";
import { statementName } from "../../../adapters/postgres/statement_name.ts";

const NAMES: Readonly<Record<string, string>> = {
  "select engine.count_facts($1, $2)": "SELECT engine.count_facts",
  "\n  select greatest(0, extract(epoch from now() - min(at))) from engine.step":
    "SELECT engine.step",
  "-- of 'Ann'\nselect * from people": "SELECT people",
  " ? select * from engine.submit( ? )": "SELECT engine.submit",
  "with o as (insert into engine.alert (a) values (1) returning *) select * from o":
    "INSERT engine.alert",
  "with x as (select * from engine.run) select * from x": "SELECT engine.run",
  "update only_this set name = 'from secrets.key'": "UPDATE only_this",
  'delete from "Mixed".notes': 'DELETE "mixed".notes',
  "copy features/*'x'*/ from stdin": "COPY features",
  "select 'card 4711 from visa'": "SELECT",
  "select $tag$ from hidden $tag$": "SELECT",
  "merge into t using u on true when matched then delete": "MERGE t",
  "begin": "BEGIN",
  "(select 1) union (select 2)": "SELECT",
  "": "SQL",
  "4711": "SQL",
};

Deno.test("statementName() is the first word and what it is about", () => {
  for (const [text, name] of Object.entries(NAMES)) assertEquals(statementName(text), name, text);
});

Deno.test("statementName() has nothing in it that stood in quotes", () => {
  for (const quote of ["'from a.b'", "'it''s from a.b'", "$$ from a.b $$"]) {
    assertEquals(statementName(`select ${quote}, 1`), "SELECT");
  }
});
