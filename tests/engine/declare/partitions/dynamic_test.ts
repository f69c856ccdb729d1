import { assertEquals, assertThrows } from "@std/assert";
import { type DynamicKey, partitions, plainKey } from "engine";

const at = (minute: number) => new Date(Date.UTC(2025, 0, 1, 0, minute));
const key = (text: string, minute: number, removed = false): DynamicKey => ({
  key: text,
  addedAt: at(minute),
  removed,
});

Deno.test("dynamic() has the keys that it was told of, up to an instant", () => {
  const customers = partitions.dynamic("customers");
  assertEquals([customers.count(at(9)), customers.newest(at(9))], [0, undefined]);
  customers.load([key("acme", 1), key("globex", 2), key("initech", 5)]);
  assertEquals(customers.keys(at(2)), ["acme", "globex"]);
  assertEquals(customers.newest(at(9)), "initech");
  assertEquals(customers.rule, 'dynamic "customers"');
});

Deno.test("dynamic() keeps the ordinals of keys that are removed and of those after them", () => {
  const customers = partitions.dynamic("customers");
  customers.load([key("acme", 1), key("globex", 2, true), key("initech", 5, true)]);
  assertEquals(customers.keys(at(9)), ["acme"]);
  assertEquals(customers.count(at(9)), 3);
  assertEquals(customers.newest(at(9)), "acme");
  assertEquals([customers.indexOf("globex"), customers.removed(1)], [1, true]);
  assertThrows(() => customers.parse("globex"), RangeError, "was removed from the keys");
  customers.load([key("acme", 1), key("globex", 2), key("initech", 5, true)]);
  assertEquals(customers.keys(at(9)), ["acme", "globex"]);
});

Deno.test("dynamic() refuses unknown keys, names that are none, and a history that runs backwards", () => {
  const customers = partitions.dynamic("customers");
  assertThrows(() => customers.parse("acme"), RangeError, 'is none of the keys of "customers"');
  assertThrows(() => partitions.dynamic("My Customers"), RangeError, 'like "customers"');
  assertThrows(() => customers.load([key("b", 2), key("a", 1)]), RangeError, "before the one");
  for (const wrong of ["", "a|b", "a..b", " a", "a\nb", "x".repeat(201)]) {
    assertThrows(() => plainKey(wrong), RangeError, "Cannot use");
  }
  assertEquals(plainKey("Größe & Co, 7"), "Größe & Co, 7");
});

Deno.test("cross() of a dynamic set and days numbers its cells in the order they come", () => {
  const day = partitions.daily({ start: "2025-01-01" });
  const customer = partitions.dynamic("customers");
  const cross = partitions.cross({ day, customer });
  const noon = (d: number) => new Date(Date.UTC(2025, 0, d, 12));
  customer.load([{ key: "acme", addedAt: noon(1), removed: false }]);
  const before = cross.keys(noon(4));
  customer.load([
    { key: "acme", addedAt: noon(1), removed: false },
    { key: "globex", addedAt: noon(4), removed: false },
  ]);
  assertEquals(cross.keys(noon(4)).slice(0, before.length), before);
  assertEquals(cross.count(noon(4)), 6);
  cross.keys(noon(9)).forEach((k, i) => assertEquals(cross.indexOf(k), i));
});
