import { assertEquals, assertStringIncludes } from "@std/assert";
import { asset, define, partitions, withKeySets } from "engine";
import { appOn, call } from "./fake.ts";

/** The program with one asset that has a slice for each customer. */
function app() {
  const customers = partitions.dynamic("customers");
  const spent = asset({
    name: "spent",
    partitions: customers,
    materialize: (_, { partition }) => `by ${partition}`,
  });
  const definitions = define({ spent });
  return appOn(definitions, (ledger) => withKeySets(ledger, definitions));
}

Deno.test("keys-add makes slices that can be built at once, keys lists them", async () => {
  const a = app();
  assertEquals(
    (await call(a, "keys-add customers acme globex acme")).out,
    '2 keys added to "customers"',
  );
  const { out } = await call(a, "keys customers");
  assertEquals(out.split("\n").map((l) => l.split(" ")[0]), ["KEY", "acme", "globex", "2"]);
  const run = await call(a, "materialize spent --partition acme --wait");
  assertEquals([run.code, run.out], [0, "Run 1: success 0 ms"]);
  const [made] = await a.ledger.visible([{ asset: "spent", partition: "acme" }]);
  assertEquals(made?.value, "by acme");
});

Deno.test("keys-remove takes a slice away, and it can come back", async () => {
  const a = app();
  await call(a, "keys-add customers acme globex");
  assertEquals((await call(a, "keys-remove customers acme")).out, '1 key removed from "customers"');
  const refused = await call(a, "materialize spent --partition acme --wait");
  assertEquals(refused.code, 2);
  assertStringIncludes(refused.err, '"acme" was removed from the keys of "customers"');
  assertStringIncludes((await call(a, "keys customers")).out, "removed");
  await call(a, "keys-add customers acme");
  assertEquals((await call(a, "materialize spent --partition acme --wait")).code, 0);
});

Deno.test("keys of a set that no asset is cut by are refused with the nearest name", async () => {
  const { code, err } = await call(app(), "keys-add custmers acme");
  assertEquals(code, 2);
  assertStringIncludes(err, 'did you mean "customers"?');
  assertEquals((await call(app(), "keys-add customers a|b")).code, 2);
});
