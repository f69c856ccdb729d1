import { assertEquals, assertThrows } from "@std/assert";
import { asset, select, type SelectOptions, UnknownName } from "engine";

const raw = asset({ name: "raw/events", group: "raw", materialize: () => 1 });
const users = asset({ name: "raw/users", group: "raw", tags: ["pii"], materialize: () => 1 });
const day = asset({
  name: "made/day",
  group: "made",
  deps: { raw, users },
  tags: ["slow", "nightly"],
  owners: ["Ada Lovelace"],
  materialize: () => 1,
});
const week = asset({
  name: "made/week",
  group: "made",
  deps: { day },
  tags: ["slow"],
  materialize: () => 1,
});
const model = asset({
  name: "model",
  group: "models",
  kinds: ["xgboost"],
  deps: { week },
  tags: ["nightly"],
  materialize: () => 1,
});
const all = [raw, users, day, week, model];
const found = (text: string, options?: SelectOptions) =>
  select(all, text, options).map((a) => a.name).join(" ");

const CASES: readonly (readonly [selection: string, names: string])[] = [
  ["", ""],
  ["  ", ""],
  ["model", "model"],
  ["key:model", "model"],
  ["raw/*", "raw/events raw/users"],
  ["*", "raw/events raw/users made/day made/week model"],
  ["*e*k*", "made/week"],
  ["group:made", "made/day made/week"],
  ["kind:xgboost", "model"],
  ['owner:"Ada Lovelace"', "made/day"],
  ["owner:Ada*", "made/day"],
  // A space or a comma joins.
  ["model raw/users", "raw/users model"],
  ["model, raw/users,", "raw/users model"],
  ["model | raw/users", "raw/users model"],
  ["model or raw/users", "raw/users model"],
  // Walks.
  ["+made/day", "raw/events raw/users made/day"],
  ["made/day+", "made/day made/week model"],
  ["1+made/week", "made/day made/week"],
  ["2+made/week", "raw/events raw/users made/day made/week"],
  ["made/day+1", "made/day made/week"],
  ["+made/day+1", "raw/events raw/users made/day made/week"],
  // Intersections bind tighter than what joins.
  ["tag:slow & tag:nightly", "made/day"],
  ["tag:slow and tag:nightly", "made/day"],
  ["raw/users tag:slow & tag:nightly", "raw/users made/day"],
  ["tag:slow & tag:nightly model", "made/day model"],
  ["(raw/users tag:slow) & tag:nightly", "made/day"],
  ["tag:slow & not tag:nightly", "made/week"],
  ["tag:slow & -tag:nightly", "made/week"],
  // Taking away goes from left to right; with nothing before it, from everything.
  ["group:made -tag:nightly", "made/week"],
  ["group:made not tag:nightly", "made/week"],
  ["made/week -group:made made/day", "made/day"],
  ["-group:made", "raw/events raw/users model"],
  ["not group:made", "raw/events raw/users model"],
  ["* -(tag:slow & tag:nightly)", "raw/events raw/users made/week model"],
  ["model or not group:raw", "made/day made/week model"],
  ["-tag:slow -tag:nightly", "raw/events raw/users"],
  // Parentheses walk as a whole.
  ["+(tag:slow & tag:nightly)", "raw/events raw/users made/day"],
  ["1+(model)", "made/week model"],
  ["(raw/users)+1", "raw/users made/day"],
  ["(raw/users model)+", "raw/users made/day made/week model"],
  ["+(made/day)+1 -raw/users", "raw/events made/day made/week"],
  ["((model))", "model"],
  // Ends.
  ["roots(*)", "raw/events raw/users"],
  ["sinks(*)", "model"],
  ["roots(tag:slow)", "made/day"],
  ["sinks(group:made group:raw)", "made/week"],
  ["1+sinks(*)", "made/week model"],
  ["roots(tag:nightly)", "made/day model"],
];

for (const [selection, names] of CASES) {
  Deno.test(`select() reads "${selection}"`, () => assertEquals(found(selection), names));
}

const REFUSED: readonly (readonly [selection: string, message: string])[] = [
  ["a & & b", '"a & & b" has "&" at column 5'],
  ["& model", 'has "&" at column 1'],
  ["| model", 'has "|" at column 1'],
  ["model |", "has its end where a term was expected"],
  ["model &", "has its end where a term was expected"],
  ["model or", "has its end where a term was expected"],
  ["-", "has its end where a term was expected"],
  ["(model", "has a parenthesis that is not closed at column 1"],
  ["model)", 'has ")" at column 6'],
  ["()", 'has ")" at column 2'],
  ["leaves(*)", 'has "leaves" at column 1'],
  ["+", 'has "+" at column 1'],
  ["tag:", 'has "tag:" at column 1'],
  ["a+b+c", 'has "a+b+c" at column 1'],
  ['owner:"Ada', "has a quote that is not closed at column 7"],
  ["colour:red", '"colour:" is no field here, they are key, group, tag, owner, kind'],
  ["goup:made", '"goup:" is no field here, did you mean "group"?'],
  ["constructor:x", '"constructor:" is no field here'],
  ["(".repeat(60) + "model" + ")".repeat(60), "over 50 parentheses"],
];

for (const [selection, message] of REFUSED) {
  Deno.test(`select() refuses "${selection.slice(0, 20)}" in a sentence`, () => {
    const { message: said } = assertThrows(() => found(selection), SyntaxError);
    assertEquals(said.includes(message), true, said);
  });
}

Deno.test("select() says which name was probably meant, wherever it stands", () => {
  for (const text of ["modle", "raw/users & modle", "* -modle", "+(modle)"]) {
    const error = assertThrows(() => found(text), UnknownName);
    assertEquals([error.what, error.unknown, error.nearest], ["asset", "modle", "model"]);
  }
  assertEquals(assertThrows(() => found("tag:slwo"), UnknownName).nearest, "slow");
});

Deno.test("select() knows the fields that it is given, and their values", () => {
  const known = ["fresh", "stale", "failed"];
  const status = { of: (a: { name: string }) => [a === model ? "stale" : "fresh"], known };
  const options = { fields: { status } };
  assertEquals(found("status:stale", options), "model");
  assertEquals(found("1+status:stale & tag:slow", options), "made/week");
  assertEquals(found("status:failed", options), "");
  assertEquals(found("status:f* & group:made", options), "made/day made/week");
  assertThrows(() => found("status:stael", options), SyntaxError, 'did you mean "stale"?');
  assertThrows(() => found("status:x1y2z3", options), SyntaxError, "they are fresh, stale, failed");
  assertThrows(() => found("status:stale"), SyntaxError, '"status:" is no field here');
});

Deno.test("select() finds names by a part of them for those who are still typing", () => {
  assertEquals(found("EE", { search: true }), "made/week");
  assertEquals(found("made & -we", { search: true }), "made/day");
  assertEquals(found("nothing", { search: true }), "");
  assertThrows(() => found("key:mode", { search: true }), UnknownName);
});

Deno.test("select() reads what comes from the network in bounded time", () => {
  assertEquals(found(`${"*a".repeat(200)}*`, { search: true }), "");
  assertEquals(found("model ".repeat(100_000)), "model");
  assertThrows(() => found("x".repeat(1_000_000)), UnknownName);
});
