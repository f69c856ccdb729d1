import { assertEquals, assertThrows } from "@std/assert";
import {
  type Asset,
  asset,
  type Condition,
  define,
  DefinitionError,
  freshness,
  when,
} from "engine";

const up = asset({ name: "up", tags: ["slow"], materialize: () => 1 });
const withWhen = (condition: unknown, more: Partial<Asset> = {}) =>
  asset({
    name: "it",
    deps: { up },
    when: condition as Condition,
    materialize: () => 1,
    ...more as { readonly freshness?: NonNullable<Asset["freshness"]> },
  });

/** What is said of a condition. */
function said(condition: unknown): readonly string[] {
  const it = withWhen(condition);
  const error = assertThrows(() => define({ up, it }), DefinitionError);
  assertEquals(
    error.problems.map((p) => [p.at, p.names]),
    error.problems.map(() => [it.declaredAt, ["it"]]),
  );
  return error.problems.map((p) => p.message.replace('Cannot read the condition of "it": ', ""));
}

const REFUSED: readonly (readonly [what: string, condition: unknown, says: readonly string[]])[] = [
  ["what is no condition", "eager", ['"eager" is no condition, one is like when.eager']],
  ["an operand that is mistyped", { is: "depsUpdate" }, [
    '"depsUpdate" is no operand, did you mean "depsUpdated"?',
  ]],
  ["all of nothing, which is always true", when.and(), ['"and" of nothing: it needs a condition']],
  ["any of nothing, which never is", when.not(when.or()), [
    '"or" of nothing: it needs a condition',
  ]],
  ["the opposite of nothing", { is: "not" }, ['"not" of nothing: it needs a condition']],
  ["late without a promise", when.and(when.latest, when.late), [
    '"late" is never true without a promise: declare freshness({ within: … })',
  ]],
  ["some upstreams of what is not about upstreams", { ...when.eager, only: "tag:slow" }, [
    '"and" is not about upstreams: only, except and when.among() mean nothing there',
  ]],
  ["a name that is not there", when.among(when.depsUpdated, { only: "upp" }), [
    'Cannot find asset "upp": did you mean "up"?',
  ]],
  [
    "everything that is wrong at once",
    when.since({ is: "fialed" } as never, when.anyDeps(when.failed, { except: "nope" })),
    ['"fialed" is no operand, did you mean "failed"?', 'Cannot find asset "nope"'],
  ],
];

for (const [what, condition, says] of REFUSED) {
  Deno.test(`define() refuses a condition with ${what}`, () => {
    assertEquals(said(condition), says);
  });
}

Deno.test("define() takes every operand of the guide", () => {
  const promise = freshness({ within: "1h" });
  const every: readonly Condition[] = [
    when.eager,
    when.onMissing,
    when.onCron("0 * * * *"),
    when.and(when.stale, when.not(when.among(when.depsFailed, { only: "up", except: "tag:slow" }))),
    when.since(when.newly(when.late), when.inLatestWindow(3)),
    when.allDeps(when.or(when.late, when.codeChanged), { only: "up+" }),
    when.label("mine", when.allDepsUpdatedSinceCron("0 * * * *")),
  ];
  for (const condition of every) define({ up, it: withWhen(condition, { freshness: promise }) });
});
