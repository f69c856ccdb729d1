import { assertEquals } from "@std/assert";
import {
  type Described,
  type DescribedAsset,
  type DescribedDep,
  diffDefinitions,
} from "../../../engine/decide/definitions_diff.ts";

const piece = (of: Partial<DescribedAsset> = {}): DescribedAsset => ({
  code: "c1",
  pieces: [],
  version: "1",
  config: { days: 7, deep: { a: 1 } },
  partitions: "daily from 2025-01-01",
  deps: {},
  external: false,
  traits: { owners: ["ada"], when: null },
  ...of,
});

const same = (asset: string): DescribedDep => ({ asset, rule: "same", detail: null });

/** source → a → b → c, and d that only runs after a. */
function described(changes: { readonly [name: string]: Partial<DescribedAsset> } = {}): Described {
  const assets: { [name: string]: DescribedAsset } = {
    source: piece({ external: true }),
    a: piece({ deps: { source: same("source") } }),
    b: piece({ deps: { a: same("a") } }),
    c: piece({ deps: { b: same("b") } }),
    d: piece({ deps: { a: { asset: "a", rule: "after", detail: null } } }),
  };
  for (const [name, of] of Object.entries(changes)) {
    assets[name] = { ...(assets[name] ?? piece()), ...of };
  }
  return { assets, others: { "job nightly": { cron: "0 2 * * *", assets: ["a", "b"] } } };
}

const words = (before: Described, after: Described) =>
  diffDefinitions(before, after).changed.map((c) => [c.name, ...c.changes.map((x) => x.words)]);

Deno.test("diffDefinitions() finds nothing between equal definitions", () => {
  assertEquals(diffDefinitions(described(), described()), {
    added: [],
    removed: [],
    changed: [],
    stale: [],
  });
});

Deno.test("diffDefinitions() follows a change downstream, but not along order", () => {
  const diff = diffDefinitions(described(), described({ a: { code: "c2" } }), () => "`f` changed");
  assertEquals(diff.changed, [{ name: "a", changes: [{ what: "code", words: "`f` changed" }] }]);
  assertEquals(diff.stale, [
    { asset: "a", because: "`f` changed" },
    { asset: "b", because: '"a" above it is' },
    { asset: "c", because: '"b" above it is' },
  ]);
});

Deno.test("diffDefinitions() finds nothing stale by what does not decide results", () => {
  const diff = diffDefinitions(
    described(),
    described({ a: { traits: { owners: ["ada", "bob"], when: { is: "missing" } } } }),
  );
  assertEquals(diff.stale, []);
  assertEquals(diff.changed[0]!.changes.map((c) => c.words), [
    'owners +"bob"',
    'when is {"is":"missing"} now',
  ]);
});

Deno.test("diffDefinitions() tells of a new order, which makes nothing stale", () => {
  const c = { asset: "c", rule: "after", detail: null };
  const found = diffDefinitions(described(), described({ d: { deps: { a: same("a"), c } } }));
  assertEquals(found.changed, [{
    name: "d",
    changes: [
      { what: "deps", words: 'it reads "a" instead of after "a"' },
      { what: "order", words: 'it runs after "c" now' },
    ],
  }]);
  const alone = diffDefinitions(described(), described({ d: { deps: { c } } }));
  assertEquals(alone.stale, []);
  assertEquals(alone.changed[0]!.changes.map((x) => x.words), [
    'it does not run after "a" any more',
    'it runs after "c" now',
  ]);
});

Deno.test("diffDefinitions() says how config, cut, deps and version changed", () => {
  const cases: readonly (readonly [Partial<DescribedAsset>, string])[] = [
    [{ config: { days: 8, deep: { a: 1 } } }, "config.days went from 7 to 8"],
    [{ config: { days: 7, deep: { a: 2 } } }, "config.deep.a went from 1 to 2"],
    [{ config: { days: 7 } }, 'config.deep was {"a":1} and is gone'],
    [{ version: "2" }, 'version went from "1" to "2"'],
    [{ partitions: "hourly" }, 'it is cut "hourly" instead of "daily from 2025-01-01"'],
    [{ deps: { a: same("a"), source: same("source") } }, 'it reads "source" now'],
    [{ deps: {} }, 'it does not read "a" any more'],
    [
      { deps: { a: { asset: "a", rule: "newest", detail: null } } },
      'it reads newest "a" instead of "a"',
    ],
    [{ code: "c2" }, "the code changed"],
  ];
  for (const [change, expected] of cases) {
    assertEquals(words(described(), described({ b: change })), [["b", expected]]);
    assertEquals(diffDefinitions(described(), described({ b: change })).stale.map((s) => s.asset), [
      "b",
      "c",
    ]);
  }
});

Deno.test("diffDefinitions() names what is new and what is gone, none of it stale", () => {
  const before = described();
  const { d: _gone, ...kept } = before.assets;
  const after = { assets: { ...kept, e: piece() }, others: { "sensor s": { every: 5 } } };
  const diff = diffDefinitions(before, after);
  assertEquals(diff.added, ["e", "sensor s"]);
  assertEquals(diff.removed, ["d", "job nightly"]);
  assertEquals(diff.stale, []);
});

Deno.test("diffDefinitions() tells what changed of a job", () => {
  const after = { ...described(), others: { "job nightly": { cron: "0 3 * * *", assets: ["a"] } } };
  assertEquals(words(described(), after), [
    ["job nightly", 'cron went from "0 2 * * *" to "0 3 * * *"', 'assets -"b"'],
  ]);
});

Deno.test("diffDefinitions() never calls what others own stale", () => {
  assertEquals(diffDefinitions(described(), described({ source: { code: "c2" } })).stale, []);
});
